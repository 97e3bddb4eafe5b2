import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyStore } from '../../../src/onboarding/database/key-store.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import type { ReportLine } from '../../../src/operations/legacy-import/import-report.js';
import { AT_ONCE, ImportRun, ImportSummary } from '../../../src/operations/legacy-import/import-run.js';
import { ImportUndo, importedUserIn, type Undone } from '../../../src/operations/legacy-import/import-undo.js';
import type { Found } from '../../../src/operations/legacy-import/legacy-user.js';
import { UserImport } from '../../../src/operations/legacy-import/user-import.js';
import { SessionLock } from '../../support/database/session-lock.js';
import { asFound, bareUser, dated, legacyUser } from '../../support/data/legacy-users.js';
import { sample } from '../../support/data/samples.js';
import { TestApp } from '../../support/service/app.js';

const named = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix} ${index + 1}`);

describe('a run of the import', () => {
  let app: TestApp;
  let users: UserImport;
  let undo: ImportUndo;

  beforeAll(async () => {
    app = await TestApp.start();
    const database = app.nest.get(OnboardingDatabaseService);
    users = new UserImport(database, app.nest.get(KeyStore), { onConflict: 'skip', dryRun: false });
    undo = new ImportUndo(database);
  });
  afterAll(() => app.stop());

  /** The lines of a run, and whether it came to its end. */
  async function run(found: AsyncIterable<Found>, signal = new AbortController().signal) {
    const lines: ReportLine[] = [];
    const summary = new ImportSummary();
    const report = (line: ReportLine) => Promise.resolve(void lines.push(line));
    const isDone = await new ImportRun(users, report, signal).run(found, summary, () => undefined);
    return { lines, summary, isDone };
  }

  const sessions = (prefix: string) =>
    app.database.query('select user_id from onboarding_sessions where user_id like $1', [`${prefix} %`]);

  it('imports everybody once, and reports what belongs to nobody, and what failed', async () => {
    async function* found(): AsyncGenerator<Found> {
      yield* asFound(named('many', 30).map((userId) => legacyUser(userId)));
      const warnings = [{ code: 'damaged', detail: 'The file is cut off.' }];
      yield { leftover: { userId: null, source: 'progress-files', warnings, isFailure: true } };
      yield { leftover: { userId: null, source: 'sqlite', warnings: [], isFailure: false } };
      yield { user: legacyUser('') };
    }
    const { lines, summary, isDone } = await run(found());
    expect(isDone).toBe(true);
    expect(await sessions('many')).toHaveLength(30);
    expect(lines).toHaveLength(33);
    expect(lines.filter(({ user_id }) => user_id === null)).toEqual([
      {
        ...{ user_id: null, source: 'progress-files', outcome: 'failed', steps: {}, position: null },
        warnings: [{ code: 'damaged', detail: 'The file is cut off.' }],
      },
      { user_id: null, source: 'sqlite', outcome: 'skipped', steps: {}, position: null, warnings: [] },
    ]);
    const counts = (['imported', 'skipped', 'failed'] as const).map((outcome) => summary.of(outcome));
    expect([counts, summary.leftovers, [...summary.warnings]]).toEqual([
      [30, 1, 2],
      2,
      [
        ['damaged', 1],
        ['invalid_user_id', 1],
      ],
    ]);

    const again = await run(asFound(named('many', 30).map((userId) => legacyUser(userId))));
    expect(again.summary.of('unchanged')).toBe(30);
    expect(JSON.stringify([lines, again.lines])).not.toContain('CANARY');
  });

  it('holds few users in memory, however slow the database is', async () => {
    let taken = 0;
    let written = 0;
    let most = 0;
    async function* found(): AsyncGenerator<Found> {
      for (const userId of named('counted', 100)) {
        most = Math.max(most, ++taken - written);
        yield await Promise.resolve({ user: bareUser(userId) });
      }
    }
    const report = () => Promise.resolve(void written++);
    await new ImportRun(users, report, new AbortController().signal).run(found(), new ImportSummary(), () => undefined);
    expect(written).toBe(100);
    expect(most).toBeLessThanOrEqual(AT_ONCE + 1);
  });

  it('stops after the users at hand, and the next run goes on', async () => {
    const stop = new AbortController();
    const all = named('stopped', 60).map((userId) => bareUser(userId));
    async function* found(): AsyncGenerator<Found> {
      for (const [index, user] of all.entries()) {
        if (index === 20) stop.abort();
        yield await Promise.resolve({ user });
      }
    }
    const { lines, isDone } = await run(found(), stop.signal);
    expect(isDone).toBe(false);
    expect(lines.length).toBeLessThan(60);
    expect((await sessions('stopped')).length).toBe(lines.length);
    const next = await run(asFound(all));
    expect([next.summary.of('unchanged'), next.summary.of('imported')]).toEqual([lines.length, 60 - lines.length]);
  });

  it('ends with the error where a line cannot be written, or a source breaks', async () => {
    const signal = new AbortController().signal;
    const full = new ImportRun(users, () => Promise.reject(new Error('No space.')), signal);
    const found = () => asFound(named('unreported', 30).map((userId) => bareUser(userId)));
    await expect(full.run(found(), new ImportSummary(), () => undefined)).rejects.toThrow('No space.');
    expect((await sessions('unreported')).length).toBeLessThanOrEqual(AT_ONCE);

    async function* broken(): AsyncGenerator<Found> {
      yield { user: bareUser('before it broke') };
      await Promise.resolve();
      throw new Error('The source is gone.');
    }
    await expect(run(broken())).rejects.toThrow('The source is gone.');
  });

  it('does not wait for a user whose session somebody holds, but reports it', async () => {
    const patient = await TestApp.start({ database: app.database, environment: { DATABASE_TIMEOUT_MS: '1000' } });
    try {
      await run(asFound([bareUser('held')]));
      const { nest } = patient;
      const options = { onConflict: 'merge', dryRun: false } as const;
      const merging = new UserImport(nest.get(OnboardingDatabaseService), nest.get(KeyStore), options);
      const lock = await SessionLock.take(app.database.ownerUrl);
      try {
        expect(await merging.import(legacyUser('held'))).toMatchObject({
          outcome: 'failed',
          warnings: [{ code: 'user_busy' }],
        });
      } finally {
        await lock.release();
      }
      expect(await merging.import(legacyUser('held'))).toMatchObject({ outcome: 'merged' });
    } finally {
      await patient.stop();
    }
  });

  it('imports nobody twice next to another run, or next to the user', async () => {
    const all = named('raced', 40).map((userId) => legacyUser(userId));
    const [one, other] = await Promise.all([run(asFound(all)), run(asFound(all))]);
    const both = [one, other].flatMap(({ summary }) => [summary.of('imported'), summary.of('unchanged')]);
    expect(both.reduce((sum, count) => sum + count)).toBe(80);
    expect(one.summary.of('imported') + other.summary.of('imported')).toBe(40);

    const racing = named('at once', 20);
    const posts = racing.map(async (userId) => (await app.as(userId)).post('/step/2/complete', sample(2)));
    const { lines } = await run(asFound(racing.map((userId) => legacyUser(userId))));
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(20).fill(200));
    const events = await app.database.query<{ user_id: string; types: string[] }>(
      `select user_id, array_agg(type order by revision) as types from progress_events
       where user_id like 'at once %' group by 1`,
    );
    for (const { user_id, types } of events) {
      const outcome = lines.find((line) => line.user_id === user_id)?.outcome;
      expect([outcome, types]).toEqual(
        outcome === 'imported'
          ? ['imported', ['onboarding_imported', 'step_completed']]
          : ['skipped', ['onboarding_started', 'step_completed']],
      );
    }
    expect(events).toHaveLength(20);
  });

  describe('that is undone', () => {
    async function undoAll(lines: readonly ReportLine[]): Promise<Record<string, Undone>> {
      const undone: Record<string, Undone> = {};
      for (const line of lines) {
        const user = importedUserIn(JSON.stringify(line));
        if (user) undone[user.userId] = await undo.remove(user);
      }
      return undone;
    }

    it('removes whom it imported, unless they have changed since', async () => {
      await (await app.as('undo here')).post('/step/2/complete', sample(2));
      const all = ['undo 1', 'undo 2', 'undo gone', 'undo changed', 'undo again', 'undo here'];
      const { lines } = await run(asFound(all.map((userId) => legacyUser(userId))));
      await (await app.as('undo changed')).post('/step/2/complete', { data: { website: 'https://new.example' } });
      await (await app.as('undo gone')).post('/reset?hard=true');
      await (await app.as('undo again')).post('/reset?hard=true');
      await run(asFound([legacyUser('undo again')]));

      expect(await undoAll(lines)).toEqual({
        'undo 1': 'removed',
        'undo 2': 'removed',
        'undo gone': 'gone',
        'undo changed': 'changed',
        // Another session: that of the second run.
        'undo again': 'begun again',
      });
      const left = await sessions('undo');
      expect(left.map(({ user_id }) => user_id as string).sort()).toEqual(['undo again', 'undo changed', 'undo here']);
      for (const table of await app.database.tables()) {
        expect(await app.database.query(`select from ${table} where user_id in ('undo 1', 'undo gone')`)).toEqual([]);
      }
      const removed = lines.filter(({ user_id }) => user_id === 'undo 1' || user_id === 'undo 2');
      expect(await undoAll(removed)).toEqual({ 'undo 1': 'gone', 'undo 2': 'gone' });
    });

    it('leaves merged and replaced users, whose former data it does not have', async () => {
      await run(asFound([bareUser('kept'), bareUser('kept too')]));
      const database = app.nest.get(OnboardingDatabaseService);
      const lines = [];
      for (const [onConflict, userId] of [
        ['merge', 'kept'],
        ['replace', 'kept too'],
      ] as const) {
        const other = new UserImport(database, app.nest.get(KeyStore), { onConflict, dryRun: false });
        lines.push(await other.import(legacyUser(userId)));
      }
      expect(lines.map(({ outcome }) => outcome)).toEqual(['merged', 'replaced']);
      expect(await undoAll(lines)).toEqual({});
    });

    it('removes nobody by the report of a dry run', async () => {
      const dry = new UserImport(app.nest.get(OnboardingDatabaseService), app.nest.get(KeyStore), {
        onConflict: 'skip',
        dryRun: true,
      });
      const line = await dry.import(legacyUser('only thought of', { website: dated(sample(2).data) }));
      expect(line).toMatchObject({ outcome: 'imported', position: null });
      expect(importedUserIn(JSON.stringify(line))).toBeNull();
    });

    it.each(['', '{}', '[]', '{"user_id": "a"', '5'])('takes no other text for a line: %j', (text) => {
      expect(() => importedUserIn(text)).toThrow();
    });
  });
});
