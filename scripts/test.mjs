#!/usr/bin/env node
// `npm test`: builds what has changed, since some specs start the service as a process, and runs Jest with the arguments.
// `--changed` stands for the specs that are closest to what has changed. BROWSER_TESTS=off leaves out the tests in a browser;
// BROWSER_TESTS=required fails where no browser starts.
import { spawn, spawnSync } from 'node:child_process';
import { join, sep } from 'node:path';
import { prepareBrowser } from './browser.mjs';
import { ensureBuild } from './build.mjs';
import { changedSpecs } from './changed-specs.mjs';
import { ensureInstalled, NODE, ROOT } from './install.mjs';

const JEST = ['--experimental-vm-modules', '--no-warnings', join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js')];
const BROWSER_SPECS = join(ROOT, 'test', 'browser', sep);
const { BROWSER_TESTS = '' } = process.env;

if (!['', 'off', 'required'].includes(BROWSER_TESTS)) {
  console.error('BROWSER_TESTS is neither `off` nor `required`.');
  process.exit(1);
}
await ensureInstalled();
const args = process.argv.slice(2).flatMap((arg) => (arg === '--changed' ? changedSpecs() : [arg]));
if (hasBrowserSpecs(args)) await addBrowser(args);
await ensureBuild();
const jest = spawn(NODE, [...JEST, ...args], { cwd: ROOT, stdio: 'inherit' });
// A terminal has sent Ctrl-C to Jest as well.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => jest.kill('SIGTERM'));
jest.on('exit', (code) => process.exit(code ?? 1));

/** Whether Jest would run specs in a browser. It takes Jest half a second to say, the browser a minute to come. */
function hasBrowserSpecs(args) {
  if (args.length === 0) return true;
  // With these two, Jest would write the list to the file of the results.
  const selection = args.filter((arg) => !/^--(json|outputFile=.*)$/.test(arg));
  const { stdout } = spawnSync(NODE, [...JEST, ...selection, '--listTests'], { cwd: ROOT, encoding: 'utf8' });
  return stdout.includes(BROWSER_SPECS);
}

/** Hands a browser to the specs by `TEST_BROWSER`. Where none starts, they are left out or, if they are required, the process ends. */
async function addBrowser(args) {
  const browser = BROWSER_TESTS === 'off' ? undefined : await prepareBrowser();
  if (browser) {
    process.env.TEST_BROWSER = JSON.stringify(browser);
    return;
  }
  if (BROWSER_TESTS === 'required') {
    console.error('No browser starts, and BROWSER_TESTS=required: see the lines above.');
    process.exit(1);
  }
  const reason = BROWSER_TESTS === 'off' ? 'BROWSER_TESTS=off' : 'no browser starts; BROWSER=<path> names one';
  console.error(`The tests in test/browser are left out: ${reason}.`);
  args.push('--testPathIgnorePatterns=/node_modules/', '--testPathIgnorePatterns=/test/browser/');
}
