#!/usr/bin/env node
// `npm run torture`: breaks the service for about a quarter of an hour, and says what that did. Options set the sizes.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureInstalled, NODE, ROOT } from './install.mjs';

const DEFAULTS = { users: 200, operations: 200_000, faults: 100, minutes: 60, seed: Date.now() % 1_000_000 };

const options = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, { type: 'string' }]));
const { values } = parseArgs({ options });
const sizes = { ...DEFAULTS };
for (const [name, value] of Object.entries(values)) {
  sizes[name] = Number(value);
  if (!(sizes[name] >= 0)) throw new Error(`--${name} must be a number.`);
}

await ensureInstalled();
console.error(
  `Again with the same faults: npm run torture -- ${Object.keys(sizes)
    .map((name) => `--${name} ${sizes[name]}`)
    .join(' ')}`,
);
const jest = spawn(
  NODE,
  [
    '--experimental-vm-modules',
    '--no-warnings',
    join('node_modules', 'jest', 'bin', 'jest.js'),
    join('test', 'guarantees', 'database', 'torture.spec.ts'),
  ],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, TORTURE: JSON.stringify(sizes) } },
);
jest.on('exit', (code) => process.exit(code ?? 1));
