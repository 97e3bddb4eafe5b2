// Which services run from this checkout: each leaves a file named after its process while it runs.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = (root) => join(root, 'dist', 'running');

const noteOf = (root, pid) => join(folder(root), String(pid));

export function runningServices(root) {
  let names = [];
  try {
    names = readdirSync(folder(root));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return names.map(Number).filter((pid) => isAlive(pid) || forgetRunning(root, pid));
}

export function noteRunning(root, pid) {
  mkdirSync(folder(root), { recursive: true });
  writeFileSync(noteOf(root, pid), '');
  return () => forgetRunning(root, pid);
}

export function forgetRunning(root, pid) {
  rmSync(noteOf(root, pid), { force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
