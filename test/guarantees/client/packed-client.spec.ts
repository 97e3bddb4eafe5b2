import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { scratchDirectory } from '../../support/process/scratch-directory.js';
import { TestApp } from '../../support/service/app.js';
import { loadModuleInPage } from '../../support/service/module-in-page.js';
import { token } from '../../support/service/tokens.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const ORIGIN = 'https://app.example.com';

/** The packages that the client needs, from the checkout: the registry is not asked. */
const DEPENDENCIES = ['openapi-fetch', 'openapi-typescript-helpers'];

/** What the compiler makes of the client. */
const MODULES = [
  'backoff',
  'event-stream',
  'live-connection',
  'live-messages',
  'onboarding-client',
  'position',
  'schema',
  'silence',
  'socket-connection',
  'stream-connection',
  'token',
  'wake',
  'watch-progress',
];

/** What a caller does, in a browser as in Node: the types must be those of the document, or it does not compile. */
const PROGRAM = `
import {
  createOnboardingClient,
  watchProgress,
  type OnboardingClient,
  type Problem,
  type ProgressWatch,
  type StatusView,
} from 'onboarding-client';

export async function onboard(baseUrl: string, token: string) {
  const client: OnboardingClient = createOnboardingClient({ baseUrl, token: () => token });
  const started = await client.GET('/api/onboarding/init');
  if (started.error) throw new Error(started.error.detail);
  const user: string = started.data.user.id;
  const completed = await client.POST('/api/onboarding/step/{n}/complete', {
    params: { path: { n: 2 } },
    body: { data: { website: 'https://example.com' } },
  });
  const message: string | undefined = completed.data?.message;
  const refused = await client.POST('/api/onboarding/step/{n}/skip', { params: { path: { n: 1 } } });
  const problem: Problem | undefined = refused.error;
  return { user, message, status: problem?.status, hasSentence: /\\w/.test(problem?.detail ?? '') };
}

/** Watches until the first status. */
export async function watchOnce(url: string, token: string, transport: 'websocket' | 'events') {
  const leaving = new AbortController();
  const happenings: string[] = [];
  const watch: ProgressWatch = watchProgress({
    url,
    transport,
    token: async () => token,
    after: '0',
    onSnapshot: ({ reason }) => happenings.push(reason),
    onEvent: ({ event }) => happenings.push(event.type),
    onStatus: ({ completion_percentage }: StatusView, position: string) => {
      happenings.push(\`\${completion_percentage} % at \${parseInt(position)}\`);
      leaving.abort();
    },
    signal: leaving.signal,
  });
  await watch.closed;
  return happenings;
}

export async function mistakes(client: OnboardingClient) {
  // @ts-expect-error -- there is no such path
  await client.GET('/api/onboarding/nowhere');
  // @ts-expect-error -- a field that must be there is missing
  await client.POST('/api/onboarding/api-keys', { body: { provider: 'openai' } });
  const { data } = await client.GET('/api/onboarding/status');
  // @ts-expect-error -- what happens must be heeded
  watchProgress({ url: '', token: async () => '', onStatus: () => undefined, signal: AbortSignal.abort() });
  // @ts-expect-error -- no such field in the answer
  return data?.percentage;
}
`;

/** The same under Node, as a process; and the document, by its path in the package. */
const MAIN = `
import document from 'onboarding-client/openapi.json' with { type: 'json' };
import { onboard, watchOnce } from './program.js';

const [, , baseUrl = '', token = ''] = process.argv;
const title: string = document.info.title;
console.log(JSON.stringify({ ...(await onboard(baseUrl, token)), title }));
for (const transport of ['websocket', 'events'] as const)
  console.log(JSON.stringify(await watchOnce(baseUrl, token, transport)));
`;

/** Its files, and options of the compiler. */
interface Project extends Readonly<Record<string, unknown>> {
  readonly files: readonly string[];
}

interface PackageJson {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface ProgramEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of Node to its end, with a home and a registry that have nothing. */
async function run(directory: string, args: readonly string[]): Promise<ProgramEnd> {
  const offline = { npm_config_registry: 'http://127.0.0.1:1', npm_config_cache: join(directory, '.npm') };
  const { PATH, npm_execpath } = process.env;
  const env = { PATH, npm_execpath, HOME: directory, ...offline };
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, args, { cwd: directory, env })) };
  } catch (error) {
    const { code, stdout, stderr } = error as ProgramEnd;
    return { code, stdout, stderr };
  }
}

/** The standard output of a program, which must succeed. */
async function output(directory: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(directory, args);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

const packageJson = (directory: string) =>
  JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as PackageJson;

/** npm, as it runs these tests. */
function npm(): string {
  const path = process.env['npm_execpath'];
  if (path === undefined) throw new Error('Run this file with `npm test`.');
  return path;
}

describe('the packed client', () => {
  const scratch = scratchDirectory();
  /** The folder of a caller: outside the checkout, with the tarballs installed and nothing else. */
  const folder = join(scratch, 'caller');
  const installed = join(folder, 'node_modules', 'onboarding-client');
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { CORS_ORIGINS: ORIGIN } });
    mkdirSync(folder);
    const tarballs = [(await output(scratch, [join(ROOT, 'scripts', 'pack-client.mjs')])).trimEnd()];
    const sources = DEPENDENCIES.map((name) => join(ROOT, 'node_modules', name));
    const files = await output(scratch, [npm(), 'pack', ...sources, '--ignore-scripts', '--silent']);
    for (const file of files.trimEnd().split('\n')) tarballs.push(join(scratch, file));
    expect(tarballs).toHaveLength(1 + DEPENDENCIES.length);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
    await output(folder, [npm(), 'install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs]);
    writeFileSync(join(folder, 'program.ts'), PROGRAM);
    writeFileSync(join(folder, 'main.ts'), MAIN);
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true, force: true });
    await app.stop();
  });

  /** The programs in the README of the package, each in its file. */
  function readmePrograms(): string[] {
    const readme = readFileSync(join(installed, 'README.md'), 'utf8');
    return [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, program = ''], index) => {
      const file = `readme-${index}.ts`;
      writeFileSync(join(folder, file), program);
      return file;
    });
  }

  /**
   * Compiles each project of the folder into a folder of its name. One compiler for all of them reads once what they share; it
   * throws what the compiler says, each complaint below the name of its project.
   */
  async function compile(projects: Readonly<Record<string, Project>>): Promise<void> {
    for (const [name, { files, ...options }] of Object.entries(projects)) {
      const compilerOptions = {
        target: 'ES2022',
        strict: true,
        skipLibCheck: false,
        // The compiler's own files are not what a caller gets from here.
        skipDefaultLibCheck: true,
        resolveJsonModule: true,
        typeRoots: [join(ROOT, 'node_modules', '@types')],
        rootDir: '.',
        outDir: name,
        ...options,
      };
      writeFileSync(join(folder, `${name}.json`), JSON.stringify({ compilerOptions, files }));
    }
    const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
    await output(folder, [tsc, '-b', '--verbose', ...Object.keys(projects).map((name) => `${name}.json`)]);
  }

  /** The modules that a bundle for browsers is made of, and the file. */
  async function bundle(contents: string, { treeShaking = true } = {}) {
    const file = join(folder, 'bundle.js');
    const { metafile } = await build({
      stdin: { contents, resolveDir: folder, loader: 'ts' },
      absWorkingDir: folder,
      outfile: file,
      bundle: true,
      platform: 'browser',
      format: 'esm',
      metafile: true,
      logLevel: 'silent',
      treeShaking,
    });
    const [made] = Object.values(metafile.outputs);
    expect(made?.imports).toEqual([]);
    const parts = Object.entries(made?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    return { file, modules: parts.map(([path]) => path).sort() };
  }

  it('has the client with its types, the document and what a reader needs, and nothing else', () => {
    const files = readdirSync(installed, { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(installed, join(entry.parentPath, entry.name)));
    expect(files.sort()).toEqual([
      'CHANGELOG.md',
      'README.md',
      'asyncapi.json',
      ...MODULES.flatMap((name) => [`dist/${name}.d.ts`, `dist/${name}.js`]),
      'openapi.json',
      'package.json',
    ]);
    for (const document of ['openapi.json', 'asyncapi.json'])
      expect(readFileSync(join(installed, document), 'utf8')).toBe(readFileSync(join('client', document), 'utf8'));
  });

  it('needs one package, in the version that the tests of this checkout use', () => {
    const version = packageJson(ROOT).devDependencies['openapi-fetch'];
    expect(packageJson(installed).dependencies).toEqual({ 'openapi-fetch': version });
  });

  describe('type-checks in each kind of project:', () => {
    let readme: readonly string[];

    beforeAll(async () => {
      const node = { lib: ['ES2022'], types: ['node'] };
      const browser = { lib: ['ES2022', 'DOM'], types: [] };
      readme = readmePrograms();
      await compile({
        node16: { files: ['main.ts'], module: 'node18', moduleResolution: 'node16', ...node },
        nodenext: { files: ['main.ts'], module: 'nodenext', moduleResolution: 'nodenext', ...node },
        bundler: { files: ['program.ts'], module: 'esnext', moduleResolution: 'bundler', ...browser },
        readme: { files: readme, module: 'nodenext', ...browser },
      });
    });

    it.each(['node16', 'nodenext'])('runs under Node with the resolution `%s`', async (resolution) => {
      const user = `packed.${resolution}`;
      const printed = await output(folder, [join(resolution, 'main.js'), app.url, await token(user)]);
      const [called = '', ...watched] = printed.trimEnd().split('\n');
      expect(JSON.parse(called)).toEqual({
        user,
        message: 'Step 2 completed successfully',
        status: 400,
        hasSentence: true,
        title: 'Onboarding',
      });
      // The process has ended: nothing is left open.
      const happenings = ['onboarding_started', 'step_completed', '16.67 % at 2'];
      expect(watched.map((line): unknown => JSON.parse(line))).toEqual([happenings, happenings]);
    });

    it('runs in a browser, by a bundler, without anything of Node', async () => {
      const { file, modules } = await bundle(`export { onboard } from './program.ts';`);
      expect(modules).toEqual([
        'node_modules/onboarding-client/dist/onboarding-client.js',
        'node_modules/openapi-fetch/dist/index.mjs',
        'program.ts',
      ]);
      interface Page {
        onboard(baseUrl: string, token: string): Promise<unknown>;
      }
      const page = await loadModuleInPage<Page>(file, ORIGIN);
      expect(await page.onboard(app.url, await token('packed.browser'))).toEqual({
        user: 'packed.browser',
        message: 'Step 2 completed successfully',
        status: 400,
        hasSentence: true,
      });
    });

    it('so do the programs of its README, which names the tarball', () => {
      expect(readme).toHaveLength(3);
      const text = readFileSync(join(installed, 'README.md'), 'utf8');
      expect(text).toContain(`onboarding-client-${packageJson(installed).version}.tgz`);
    });
  });

  it('brings a page that only watches no package', async () => {
    const { modules } = await bundle(`export { watchProgress } from 'onboarding-client';`);
    expect(modules).toContain('node_modules/onboarding-client/dist/watch-progress.js');
    expect(modules.filter((path) => !path.includes('/onboarding-client/'))).toEqual([]);
  });

  it('adds nothing to a page that imports it and does not use it', async () => {
    // A bundler that leaves out no statement still leaves out a package that says it has no side effects.
    const { modules } = await bundle(`import 'onboarding-client'; export const page = 1;`, { treeShaking: false });
    expect(modules).toEqual(['<stdin>']);
  });
});

describe('npm run client:pack', () => {
  const scratch = scratchDirectory();
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it('refuses a version that the changelog does not have, and writes nothing', async () => {
    for (const name of ['client', 'scripts', 'package-lock.json', 'tsconfig.json'])
      cpSync(join(ROOT, name), join(scratch, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(scratch, 'node_modules'));
    const next = { ...packageJson(join(scratch, 'client')), version: '99.0.0' };
    writeFileSync(join(scratch, 'client', 'package.json'), JSON.stringify(next));
    const before = readdirSync(scratch);
    const pack = join(scratch, 'scripts', 'pack-client.mjs');
    const { code, stdout, stderr } = await run(scratch, [pack]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('client/CHANGELOG.md has no entry for 99.0.0');
    expect(readdirSync(scratch)).toEqual(before);

    // With the entry it packs, and still writes to the ignored folder only.
    const changelog = join(scratch, 'client', 'CHANGELOG.md');
    writeFileSync(changelog, `${readFileSync(changelog, 'utf8')}\n## [99.0.0] - 2026-11-26\n`);
    const printed = await output(scratch, [pack]);
    expect(basename(printed.trimEnd())).toBe('onboarding-client-99.0.0.tgz');
    // `.npm` is the folder of npm's own log.
    expect(readdirSync(scratch).sort()).toEqual([...before, '.npm', 'dist'].sort());
    expect(readdirSync(join(scratch, 'client')).sort()).toEqual(readdirSync(join(ROOT, 'client')).sort());
    expect(readdirSync(join(scratch, 'dist'))).toEqual(['client']);
  });
});
