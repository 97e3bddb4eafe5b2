// Packages of many small files, each as one file. A worker of Jest loads all modules again for each spec file: two thirds of the
// 2,800 files behind a service are in these packages, and to find and to link them takes longer than to run them.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../scripts/install.mjs';

/** Imported as modules. The files share chunks, so that each class is there once, and import all other packages as before. */
const MODULES = `
  es-toolkit/compat kysely
  @mikro-orm/core @mikro-orm/core/dataloader @mikro-orm/core/file-discovery @mikro-orm/core/fs-utils
  @mikro-orm/core/migrations @mikro-orm/core/schema @mikro-orm/migrations @mikro-orm/postgresql @mikro-orm/sql
  @nestjs/common @nestjs/common/constants.js @nestjs/common/enums/route-paramtypes.enum.js
  @nestjs/common/interfaces/index.js @nestjs/common/internal @nestjs/common/pipes/validation.pipe.js
  @nestjs/common/utils/load-package.util.js @nestjs/common/utils/shared.utils.js
  @nestjs/core @nestjs/core/helpers/execution-context-host.js @nestjs/core/internal
  @nestjs/core/router/legacy-route-converter.js @nestjs/core/router/route-path-factory.js
  @nestjs/platform-fastify @nestjs/swagger`
  .trim()
  .split(/\s+/);
/** The same; as Node asks for them they are in CommonJS, and the names of their exports would be lost. */
const FOR_BUNDLERS = ['rxjs', 'rxjs/operators'];
/** Required as well: with the packages that only this one needs. */
const COMMON_JS = ['class-validator'];

const CACHE = join(ROOT, 'node_modules', '.cache');
const fileOf = (name) => name.replaceAll('/', '-');

/**
 * Bundles them where that has not been done for these versions.
 *
 * @returns Jest's `moduleNameMapper` for them
 */
export async function packageBundles() {
  const hash = createHash('sha256');
  for (const file of [join(ROOT, 'package-lock.json'), fileURLToPath(import.meta.url)]) hash.update(readFileSync(file));
  const folder = join(CACHE, `test-packages-${hash.digest('hex').slice(0, 16)}`);
  if (!existsSync(folder)) await bundle(folder);
  const map = (names, extension) => names.map((name) => [`^${name}$`, join(folder, fileOf(name) + extension)]);
  return Object.fromEntries([...map([...MODULES, ...FOR_BUNDLERS], '.mjs'), ...map(COMMON_JS, '.cjs')]);
}

async function bundle(folder) {
  const { build } = await import('esbuild');
  const aside = join(CACHE, `building-${process.pid}`);
  const others = { name: 'others', setup: ({ onResolve }) => onResolve({ filter: /^[^./]/ }, externalUnlessListed) };
  const make = (names, extension, options) =>
    build({
      entryPoints: names.map((name) => ({ in: name, out: fileOf(name) })),
      absWorkingDir: ROOT,
      outdir: aside,
      outExtension: { '.js': extension },
      bundle: true,
      target: 'node22',
      logLevel: 'error',
      ...options,
    });
  const modules = { splitting: true, format: 'esm', chunkNames: '[hash]' };
  try {
    await make(MODULES, '.mjs', { ...modules, platform: 'node', plugins: [others] });
    await make(FOR_BUNDLERS, '.mjs', { ...modules, platform: 'neutral', conditions: ['es2015'] });
    await make(COMMON_JS, '.cjs', { platform: 'node', mainFields: ['module', 'main'], format: 'cjs' });
    renameSync(aside, folder);
  } catch (error) {
    // Another run may have made the same in the meantime.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}

/** A part of a listed package that is not listed itself would come with a second copy of its classes. */
function externalUnlessListed({ path, kind }) {
  if (kind === 'entry-point' || MODULES.includes(path)) return undefined;
  if (MODULES.some((name) => path.startsWith(`${name}/`))) return { errors: [{ text: `List ${path} in MODULES.` }] };
  return { path, external: true };
}
