// Loaded into each Node of an `npm start` or `npm run dev` that a test starts (npm-start.ts): it writes down its process and its exit code, and fails
// on SIGUSR2 as by a defect.
const { writeFileSync } = require('node:fs');
const { basename, join } = require('node:path');

const NAMES = { npm: 'npm', 'npm-cli.js': 'npm', 'run.mjs': 'launcher', 'dev.mjs': 'launcher', 'main.js': 'service' };

const name = NAMES[basename(process.argv[1] ?? '')];
if (name) {
  const file = (what) => join(process.env.RECORDS, `${name}.${what}`);
  writeFileSync(file('pid'), String(process.pid));
  process.once('exit', (code) => writeFileSync(file('exit'), String(code)));
  process.once('SIGUSR2', () => {
    throw new Error(`a defect of the ${name}`);
  });
}
