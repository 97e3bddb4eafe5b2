// Which specs to run while something is being changed. Jest's own `--changedSince` follows imports alone, and every spec over HTTP
// imports the whole service: for most changes it finds nearly all specs.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { ROOT } from './install.mjs';

/** Where the service is put together: whatever imports these is not closer to one of their parts than to another. */
const COMPOSITION = /\.module\.ts$|^src\/(main|configure-app)\.ts$/;

/**
 * The specs that have changed, those that import what has changed without the whole service, and those that have its name, such as
 * `test/api/website.spec.ts` for `website.step.ts`. Changed is what the last commit on `main` does not have. Ends the process, with
 * a line, where there is none.
 */
export function changedSpecs() {
  const changed = changedFiles();
  const specs = specsCloseTo(changed);
  if (specs.length === 0) {
    console.error('No spec is close to what has changed: `npm test -- <path>` runs one, `npm test` all.');
    process.exit(0);
  }
  console.error(`Specs close to ${changed.length} changed files: ${specs.length}. .ci/run runs all specs.`);
  return ['--runTestsByPath', ...specs];
}

/** @param changed paths from the root with slashes */
export function specsCloseTo(changed) {
  const files = ['src', 'test'].flatMap((folder) => typescriptIn(folder));
  const importers = importersOf(files);
  const found = new Set();
  const visit = (file) => {
    if (found.has(file)) return;
    found.add(file);
    if (!COMPOSITION.test(file)) for (const importer of importers.get(file) ?? []) visit(importer);
  };
  for (const file of changed) visit(file);
  const names = new Set(changed.filter((file) => file.startsWith('src/')).map(nameOf));
  return files.filter((file) => file.endsWith('.spec.ts') && (found.has(file) || names.has(nameOf(file))));
}

const nameOf = (file) => basename(file).split('.')[0];

/** Paths from the root with slashes, on this branch or not committed yet. */
function changedFiles() {
  const git = (...args) => spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
  // Where there is no branch `main`, what is committed counts as unchanged.
  const [base = 'HEAD'] = git('merge-base', 'HEAD', 'main');
  return [...new Set([...git('diff', '--name-only', base), ...git('ls-files', '--others', '--exclude-standard')])];
}

function typescriptIn(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !file.includes('/node_modules/'));
}

/** The files that import a file, by its path. */
function importersOf(files) {
  const importers = new Map();
  for (const file of files) {
    const text = readFileSync(join(ROOT, file), 'utf8');
    for (const [, path] of text.matchAll(/(?:from|import\() ?'(\.{1,2}\/[^']+)\.js'/g)) {
      const imported = relative(ROOT, join(ROOT, dirname(file), `${path}.ts`)).replaceAll('\\', '/');
      importers.set(imported, [...(importers.get(imported) ?? []), file]);
    }
  }
  return importers;
}
