#!/usr/bin/env node
// The hook before a commit: format and lint of the files that are part of it, and types, which depend on all files. It looks at the
// files as they are in the folder, and changes none.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { NODE, ROOT } from './install.mjs';

if (!existsSync(NODE)) {
  console.error('The packages are not installed: run `npm ci`, or commit with --no-verify.');
  process.exit(1);
}
const { stdout } = spawnSync('git', ['diff', '--cached', '--name-only', '-z', '--diff-filter=ACMR'], {
  cwd: ROOT,
  encoding: 'utf8',
});
const staged = stdout.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)));
const code = staged.filter((name) => /\.([cm]?[jt]s|tsx)$/.test(name));

const TYPES = ['--project', '.', '--incremental', '--tsBuildInfoFile', join('dist', 'staged.tsbuildinfo')];
const checks = [
  staged.length > 0 &&
    run('prettier', 'bin/prettier.cjs', ['--check', '--ignore-unknown', '--log-level=warn', ...staged]),
  code.length > 0 && run('eslint', 'bin/eslint.js', ['--no-warn-ignored', ...code]),
  code.some((name) => /\.tsx?$/.test(name)) && run('typescript', 'bin/tsc', TYPES),
];
const failed = (await Promise.all(checks)).some((status) => status !== false && status !== 0);
if (failed) console.error('Nothing is committed: see the lines above. `npm run format` writes the format.');
process.exit(failed ? 1 : 0);

/** The exit code, once the program's whole output is printed in one piece. */
function run(name, bin, args) {
  return new Promise((done) => {
    const child = spawn(NODE, [join(ROOT, 'node_modules', name, bin), ...args], { cwd: ROOT });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (status) => {
      process.stderr.write(output);
      done(status ?? 1);
    });
  });
}
