import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import type { ReportLine } from '../../../src/operations/legacy-import/import-report.js';
import { expectedUsers, LegacyFolder, legacyPostgres, legacyUserIds } from '../../support/data/legacy-sources.js';
import { sample } from '../../support/data/samples.js';
import { TestDatabase } from '../../support/database/database.js';
import { linesIn, linesOf, runImport } from '../../support/process/import-command.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';
import { TestApp } from '../../support/service/app.js';

let folder: LegacyFolder;
let legacy: TestDatabase;
let app: TestApp;
let scratch: string;

beforeAll(async () => {
  folder = new LegacyFolder();
  legacy = await TestDatabase.create({ migrated: false });
  await legacy.query(legacyPostgres());
  writeFileSync(folder.file('ids.txt'), legacyUserIds().join('\n'));
});
afterAll(async () => {
  folder.remove();
  await legacy.drop();
});
beforeEach(async () => {
  app = await TestApp.start();
  scratch = scratchDirectory();
});
afterEach(async () => {
  await app.stop();
  rmSync(scratch, { recursive: true });
});

const command = (args: readonly string[]) => runImport(app.database, args);
const byUser = (lines: readonly ReportLine[]) =>
  [...lines].sort((a, b) => (String(a.user_id) < String(b.user_id) ? -1 : 1));
const outcomes = (lines: readonly ReportLine[]) => lines.filter(({ user_id }) => user_id).map(({ outcome }) => outcome);

describe('npm run import', () => {
  const files = () => folder.progressFiles;

  it('imports everybody from all sources at once, as its dry run says; a second run changes nothing', async () => {
    const { progressFiles, sqlite, workspace, workspaceNext } = folder;
    const from = [progressFiles, `sqlite:${sqlite}`, legacy.ownerUrl, workspace, workspaceNext];
    const options = [...from.flatMap((one) => ['--from', one]), '--users', folder.file('ids.txt'), '--timezone', 'UTC'];
    const [dryReport, report] = ['dry.ndjson', 'report.ndjson'].map((name) => join(scratch, name)) as [string, string];
    const users = expectedUsers().users;

    const before = await app.database.dump();
    expect((await command([...options, '--dry-run', '--report', dryReport])).code).toBe(0);
    expect(await app.database.dump()).toEqual(before);

    const { code, stdout, stderr } = await command([...options, '--report', report]);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(new RegExp(`^imported +${users}$`, 'm'));
    expect(stderr).toMatch(/^Times without a zone: UTC \(--timezone\)$/m);
    const lines = linesOf(report);
    expect(outcomes(lines)).toEqual(Array(users).fill('imported'));
    const withoutPositions = lines.map((line) => ({ ...line, position: null }));
    expect(byUser(linesOf(dryReport))).toEqual(byUser(withoutPositions));

    const after = await app.database.dump();
    const again = await command(options);
    expect(again.code).toBe(0);
    expect(outcomes(linesIn(again.stdout))).toEqual(Array(users).fill('unchanged'));
    expect(await app.database.dump()).toEqual(after);

    expect((await command(['--undo', report])).stderr).toMatch(new RegExp(`^removed +${users}$`, 'm'));
    expect(await app.database.dump()).toEqual(before);
  });

  it('undoes what a run imported, but for users who have changed since', async () => {
    const report = join(scratch, 'report');
    await command(['--from', files(), '--timezone', 'UTC', '--report', report]);
    const changed = linesOf(report).find(({ user_id }) => user_id)?.user_id as string;
    await (await app.as(changed)).post('/step/2/complete', sample(2));
    const { code, stderr } = await command(['--undo', report]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^removed +7\nchanged +1\nbegun again +0\ngone +0$/m);
    expect(stderr).toContain(`Users who have changed since stay: "${changed}"`);
    const left = await app.database.query('select user_id from onboarding_sessions');
    expect(left).toEqual([{ user_id: changed }]);
    writeFileSync(join(scratch, 'cut'), `${readFileSync(report, 'utf8')}{"user_id":"cut o`);
    const cut = await command(['--undo', join(scratch, 'cut')]);
    expect([cut.code, cut.stderr]).toEqual([0, expect.stringContaining('is cut off')]);
    const edited = join(scratch, 'edited');
    const line = { user_id: 'a\0b', outcome: 'imported', position: '1.a' };
    writeFileSync(edited, `${readFileSync(report, 'utf8')}${JSON.stringify(line)}\n`);
    const refused = await command(['--undo', edited]);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/^--undo: line \d+ of .* is no line/m)]);
    expect(refused.stderr).not.toMatch(/^ +at /m);
  });

  it('takes the keys of a .env for one user', async () => {
    const { code } = await command(['--env', folder.backendEnv, '--user', 'the one user']);
    expect(code).toBe(0);
    const keys = await app.nest.get(OnboardingDatabaseService).getApiKeys('the one user');
    expect([...keys.keys()].sort()).toEqual(['exa', 'gemini', 'openai']);
  });

  it('takes them of several files, in which of one name the last counts', async () => {
    const [backend, frontend] = ['backend.env', 'frontend.env'].map((name) => join(scratch, name)) as [string, string];
    writeFileSync(backend, 'OPENAI_API_KEY=sk-proj-CANARY-first\nEXA_API_KEY=exa-CANARY-key\n');
    writeFileSync(frontend, 'OPENAI_API_KEY=sk-proj-CANARY-second\n');
    const { code } = await command(['--env', backend, '--env', frontend, '--user', 'the other user']);
    expect(code).toBe(0);
    const keys = await app.nest.get(OnboardingDatabaseService).getApiKeys('the other user');
    expect([...keys].map(([provider, key]) => [provider, key.reveal()]).sort()).toEqual([
      ['exa', 'exa-CANARY-key'],
      ['openai', 'sk-proj-CANARY-second'],
    ]);
  });

  it('never writes over a report', async () => {
    const report = join(scratch, 'report');
    writeFileSync(report, 'The way back.');
    const { code, stderr } = await command(['--from', files(), '--report', report]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('is there already')]);
    expect(readFileSync(report, 'utf8')).toBe('The way back.');
    expect(await app.database.query('select from onboarding_sessions')).toEqual([]);
    const nowhere = join(scratch, 'none', 'report');
    expect((await command(['--from', files(), '--report', nowhere])).stderr).toContain('cannot be written (ENOENT)');
    expect(existsSync(nowhere)).toBe(false);
  });

  it('ends with 1 where a line says failed, and imports everybody else', async () => {
    const path = join(scratch, 'files');
    mkdirSync(path);
    const name = (id: string) => join(path, `.onboarding_progress_user_2${id}.json`);
    writeFileSync(name('broken000000000000000000000'), '{"steps": [');
    const good = join(folder.progressFiles, '.onboarding_progress_user_2fMidFile0000000000000002.json');
    writeFileSync(name('fine0000000000000000000000'), readFileSync(good));
    const { code, stdout, stderr } = await command(['--from', path, '--timezone', 'UTC']);
    expect(outcomes(linesIn(stdout)).sort()).toEqual(['failed', 'imported']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Failed: 1. The report says why.')]);
  });
});
