#!/usr/bin/env node
// `npm test`: builds what has changed, since some specs start the service as a process, and runs Jest with the arguments.
// `--changed` stands for the specs that are closest to what has changed.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuild } from './build.mjs';
import { changedSpecs } from './changed-specs.mjs';
import { ensureInstalled, NODE, ROOT } from './install.mjs';

await ensureInstalled();
const args = process.argv.slice(2).flatMap((arg) => (arg === '--changed' ? changedSpecs() : [arg]));
await ensureBuild();
const jest = spawn(
  NODE,
  ['--experimental-vm-modules', '--no-warnings', join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'), ...args],
  { cwd: ROOT, stdio: 'inherit' },
);
// A terminal has sent Ctrl-C to Jest as well.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => jest.kill('SIGTERM'));
jest.on('exit', (code) => process.exit(code ?? 1));
