#!/usr/bin/env node
// Runs an entry of the service, such as `main` or `cli/token`: installs what is missing and builds what has changed first.
// Plain JavaScript on purpose: it runs on whatever Node the machine has, before anything is installed.
import { spawn } from 'node:child_process';
import { ensureBuild } from './build.mjs';
import { ensureInstalled, NODE, ROOT } from './install.mjs';
import { NODE_FLAGS } from './node-flags.mjs';
import { noteRunning } from './running.mjs';

const [entry, ...args] = process.argv.slice(2);

await ensureInstalled();
const build = await ensureBuild();
const child = spawn(NODE, [...NODE_FLAGS, `${build}/${entry}.js`, ...args], { cwd: ROOT, stdio: 'inherit' });
const ended = noteRunning(ROOT, child.pid);
// Ctrl-C reaches the service by itself, which stops in its own time; a signal to this process is handed on.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => {
  ended();
  process.exit(code ?? 1);
});
