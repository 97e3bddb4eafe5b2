#!/usr/bin/env node
// `npm run client:pack`: makes a tarball of the client, for `npm install`, and prints its path.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled, NODE, ROOT } from './install.mjs';

const CLIENT = join(ROOT, 'client');

/** What the package has besides what the compiler writes; `files` in its package.json names them, too. */
const COPIED = ['package.json', 'README.md', 'CHANGELOG.md', 'openapi.json', 'asyncapi.json'];

const { name, version } = JSON.parse(readFileSync(join(CLIENT, 'package.json'), 'utf8'));
const changelog = readFileSync(join(CLIENT, 'CHANGELOG.md'), 'utf8').split('\n');
if (!changelog.some((line) => line.startsWith(`## [${version}] - `))) {
  console.error(`client/CHANGELOG.md has no entry for ${version}: add \`## [${version}] - <date>\`.`);
  process.exit(1);
}

await ensureInstalled();
// Next to the builds of the service; two runs at the same time do not meet.
const aside = join(ROOT, 'dist', `packing-${process.pid}`);
const destination = join(ROOT, 'dist', 'client');
const file = `${name}-${version}.tgz`;
try {
  mkdirSync(aside, { recursive: true });
  mkdirSync(destination, { recursive: true });
  for (const copied of COPIED) cpSync(join(CLIENT, copied), join(aside, copied));
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const emit = ['--noEmit', 'false', '--declaration', '--sourceMap', 'false', '--outDir', join(aside, 'dist')];
  run(NODE, [tsc, '-p', CLIENT, ...emit]);
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  run(command, [...args, 'pack', '--ignore-scripts', '--loglevel=error']);
  renameSync(join(aside, file), join(destination, file));
} finally {
  rmSync(aside, { recursive: true, force: true });
}
console.log(join(destination, file));

/** Runs a program in the folder of the package; what it prints is shown only when it fails. */
function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: aside, encoding: 'utf8' });
  if (status !== 0) throw new Error(`The client could not be packed.\n${stdout}${stderr}`);
}
