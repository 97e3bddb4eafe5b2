#!/usr/bin/env node
// Installs the packages of the lock file where they are missing or of another version; with --browser those of the browser tests
// as well.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runningServices } from './running.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Node as the project pins it, whatever the machine has. */
export const NODE = join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** Ends the process, with a line, where the packages cannot be installed. */
export async function ensureInstalled() {
  if (isInstalled('.')) return;
  const running = runningServices(ROOT);
  if (running.length > 0) {
    console.error(
      `Packages have changed, and a service runs on the old ones (process ${running.join(', ')}): stop it first.`,
    );
    process.exit(1);
  }
  console.error('Installing packages; this happens once and takes a minute or two.');
  if (await install('.')) return;
  console.error('The packages could not be installed: see the lines above.');
  process.exit(1);
}

/**
 * The packages of the browser tests. They are apart from the others, since only these tests need their 89 MB.
 *
 * @returns whether they are installed
 */
export async function installBrowserTests() {
  const folder = join('test', 'browser');
  if (isInstalled(folder)) return true;
  console.error(`Installing the packages of ${folder}; this happens once and fetches 70 MB.`);
  return await install(folder);
}

const stampOf = (folder) => join(ROOT, folder, 'node_modules', '.installed');

const hashOfLock = (folder) =>
  createHash('sha256')
    .update(readFileSync(join(ROOT, folder, 'package-lock.json')))
    .digest('hex');

function isInstalled(folder) {
  return existsSync(stampOf(folder)) && readFileSync(stampOf(folder), 'utf8') === hashOfLock(folder);
}

/** @returns whether npm succeeded */
async function install(folder) {
  const started = Date.now();
  const packages = join(ROOT, folder, 'node_modules');
  const progress = setInterval(() => {
    const count = existsSync(packages) ? readdirSync(packages).length : 0;
    console.error(`  ${Math.round((Date.now() - started) / 1000)} s, ${count} folders of packages`);
  }, 5000);
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const wanted = hashOfLock(folder);
  const code = await new Promise((done) => {
    const child = spawn(command, [...args, 'ci', '--loglevel=error', '--no-audit', '--no-fund'], {
      cwd: join(ROOT, folder),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('exit', done);
    child.on('error', () => done(1));
  });
  clearInterval(progress);
  if (code === 0) writeFileSync(stampOf(folder), wanted);
  return code === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await ensureInstalled();
  if (process.argv.includes('--browser') && !(await installBrowserTests())) process.exit(1);
}
