import { expect } from '@jest/globals';
import { readFileSync } from 'node:fs';
import type { ReportLine } from '../../../src/operations/legacy-import/import-report.js';
import { expectedUsers } from '../data/legacy-sources.js';
import type { TestDatabase } from '../database/database.js';
import { testEnvironment } from '../service/app.js';
import { runCommand, type CommandEnd, type CommandOptions } from './command.js';

const SECRETS = expectedUsers().must_not_appear;

/** Runs `npm run import` to its end, on a database; nothing that it prints is a key. */
export async function runImport(
  { appUrl, ownerUrl }: Pick<TestDatabase, 'appUrl' | 'ownerUrl'>,
  args: readonly string[],
  options: Omit<CommandOptions, 'args'> = {},
): Promise<CommandEnd> {
  const environment = testEnvironment(appUrl, { DATABASE_MIGRATION_URL: ownerUrl, LOG_LEVEL: 'silent' });
  const end = await runCommand('cli/import', environment, { ...options, args });
  const printed = end.stdout + end.stderr;
  expect(SECRETS.filter((secret) => printed.includes(secret))).toEqual([]);
  expect(printed).not.toMatch(/CANARY|ca7a7a7|sk-of-user|ExperimentalWarning/);
  return end;
}

/** The lines of a report. */
export function linesIn(text: string): ReportLine[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as ReportLine);
}

/** The lines of one in a file, which hold no key either. */
export function linesOf(file: string): ReportLine[] {
  const text = readFileSync(file, 'utf8');
  expect(SECRETS.filter((secret) => text.includes(secret))).toEqual([]);
  expect(text).not.toMatch(/CANARY|ca7a7a7/);
  return linesIn(text);
}
