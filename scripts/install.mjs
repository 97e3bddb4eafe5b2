#!/usr/bin/env node
// Installs the packages of the lock file where they are missing or of another version.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runningServices } from './running.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** Node as the project pins it, whatever the machine has. */
export const NODE = join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const STAMP = join(ROOT, 'node_modules', '.installed');

export async function ensureInstalled() {
  const fingerprint = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint) return;
  const running = runningServices(ROOT);
  if (running.length > 0) {
    console.error(
      `Packages have changed, and a service runs on the old ones (process ${running.join(', ')}): stop it first.`,
    );
    process.exit(1);
  }
  await install();
  writeFileSync(STAMP, fingerprint);
}

async function install() {
  console.error('Installing packages; this happens once and takes a minute or two.');
  const started = Date.now();
  const progress = setInterval(() => {
    const packages = existsSync(join(ROOT, 'node_modules')) ? readdirSync(join(ROOT, 'node_modules')).length : 0;
    console.error(`  ${Math.round((Date.now() - started) / 1000)} s, ${packages} folders of packages`);
  }, 5000);
  const npm = process.env.npm_execpath;
  const [command, args] = npm ? [process.execPath, [npm]] : ['npm', []];
  const code = await new Promise((done) => {
    const child = spawn(command, [...args, 'ci', '--loglevel=error', '--no-audit', '--no-fund'], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('exit', done);
    child.on('error', () => done(1));
  });
  clearInterval(progress);
  if (code !== 0) {
    console.error('The packages could not be installed: see the lines above.');
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await ensureInstalled();
