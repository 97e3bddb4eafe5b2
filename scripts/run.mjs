#!/usr/bin/env node
// Runs an entry of the service, such as `main` or `cli/token`: installs what is missing and builds what has changed first.
// Plain JavaScript on purpose: it runs on whatever Node the machine has, before anything is installed.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { ensureBuild } from './build.mjs';
import { ensureInstalled, NODE, ROOT } from './install.mjs';
import { NODE_FLAGS } from './node-flags.mjs';
import { forgetRunning } from './running.mjs';

/** Milliseconds in which several signals are one: npm hands on what a terminal sends to the whole group. */
const ONE_SIGNAL = 1000;

/** Milliseconds between two looks at whether npm is still there. */
const LOOK = 500;

const npm = process.ppid;
const isRunByNpm = Boolean(process.env.npm_lifecycle_script?.includes('scripts/run.mjs'));
const [entry, ...args] = process.argv.slice(2);

// The reader of its output may have gone, or may have no room: it goes on without one.
process.stderr.on('error', () => undefined);

if (isRunByNpm && hasAdopted(npm)) {
  console.error('npm has ended: nothing is started.');
  process.exit(1);
}
const build = await prepare();
const noteItself = new URL('note-itself.mjs', import.meta.url).href;
const child = spawn(NODE, [...NODE_FLAGS, '--import', noteItself, `${build}/${entry}.js`, ...args], {
  cwd: ROOT,
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});

let stoppedAt = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (stoppedAt !== null && Date.now() - stoppedAt > ONE_SIGNAL) child.kill(signal);
    else stop(signal);
  });
}
if (isRunByNpm) {
  // npm hands no signal on when it is killed, or ended by a terminal that closes.
  const looking = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(looking);
    stop('SIGTERM');
  }, LOOK).unref();
}
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exitCode = 1;
  stop('SIGTERM');
});
child.on('exit', (code, signal) => {
  // It could not remove its own note.
  if (signal) forgetRunning(ROOT, child.pid);
  process.exit(process.exitCode ?? code ?? 128 + constants.signals[signal]);
});

/** Whether a parent is not the one that started this process, which has ended: npm would be of the same process group. */
function hasAdopted(parent) {
  const groupOf = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')[2];
  try {
    return groupOf(parent) !== groupOf('self');
  } catch {
    // Not on Linux.
    return parent === 1;
  }
}

/** Returns the folder of the build. */
async function prepare() {
  try {
    await ensureInstalled();
    return await ensureBuild();
  } catch (error) {
    // The system's message says what it refuses, and where: a full disk, or a folder of somebody else's.
    if (!error.syscall) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

/**
 * The service stops in order when its channel closes, as it does when this process ends: it need not be handed a signal, which it
 * may have had from the terminal. A command ends by the signal.
 */
function stop(signal) {
  if (stoppedAt !== null) return;
  stoppedAt = Date.now();
  if (entry !== 'main') child.kill(signal);
  else if (child.connected) child.disconnect();
}
