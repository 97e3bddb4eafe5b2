#!/usr/bin/env node
// Fails unless a test in a browser has passed: browser-tests-ran.mjs <results that Jest has written as JSON>
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './install.mjs';

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const passed = testResults
  .filter(({ name }) => name.startsWith(join(ROOT, 'test', 'browser')))
  .flatMap(({ assertionResults }) => assertionResults)
  .filter(({ status }) => status === 'passed').length;
console.error(`${passed} tests ran in a browser.`);
process.exit(passed > 0 ? 0 : 1);
