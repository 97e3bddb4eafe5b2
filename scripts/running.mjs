// Which services run from this checkout: each leaves a file named after its process while it runs.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = (root) => join(root, 'dist', 'running');

export function runningServices(root) {
  let names = [];
  try {
    names = readdirSync(folder(root));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return names.map(Number).filter((pid) => isAlive(pid) || rmSync(join(folder(root), String(pid)), { force: true }));
}

export function noteRunning(root, pid) {
  mkdirSync(folder(root), { recursive: true });
  const file = join(folder(root), String(pid));
  writeFileSync(file, '');
  return () => rmSync(file, { force: true });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
