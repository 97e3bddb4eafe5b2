import { readFileSync } from 'node:fs';
import { packageBundles } from './test/support/package-bundles.mjs';

const { exclude: _specs, ...swc } = JSON.parse(readFileSync('.swcrc', 'utf8'));

/** Tests run on the sources, in ESM, against the PostgreSQL that the global set-up starts. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': ['@swc/jest', { ...swc, swcrc: false, module: { type: 'es6' }, sourceMaps: 'inline' }] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1', ...(await packageBundles()) },
  transformIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  // Of what runs in Jest's own processes; a service that a spec starts as a process does not count.
  coverageProvider: 'v8',
  collectCoverageFrom: ['<rootDir>/src/**/*.ts', '!**/*.spec.ts'],
  // Ends what hangs. No test is a measurement: machines are shared, and a slow one takes five times as long.
  testTimeout: 180_000,
  testSequencer: '<rootDir>/test/support/slow-first.mjs',
  maxWorkers: 4,
};
