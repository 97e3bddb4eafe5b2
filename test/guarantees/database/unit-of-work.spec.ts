import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Precondition } from '../../../src/ground/problems/precondition.js';
import { Problem } from '../../../src/ground/problems/problem.js';
import type { Later } from '../../../src/onboarding/database/later.js';
import type { Query, SnapshotPart, Subject } from '../../../src/onboarding/database/record.js';
import { competitorsRecord } from '../../../src/onboarding/database/records/competitor-analyses.record.js';
import { deleteUser } from '../../../src/onboarding/database/records/onboarding-sessions.record.js';
import type { Origin } from '../../../src/onboarding/database/records/session-advance.record.js';
import { savedKeys } from '../../../src/onboarding/database/records/sealed-keys.record.js';
import { websiteRecord } from '../../../src/onboarding/database/records/website-analysis.record.js';
import { entityTagOf } from '../../../src/onboarding/database/session.js';
import { wholeSnapshotOf } from '../../../src/onboarding/database/snapshot.js';
import type { UnitOfWork } from '../../../src/onboarding/database/unit-of-work.js';
import { UserDatabase } from '../../../src/onboarding/database/user-database.js';
import { FLOWS } from '../../../src/onboarding/flow/flows.js';
import { completionPercentage, stepState, type FinishedByDeployment } from '../../../src/onboarding/flow/progress.js';
import { STEP_KEYS, type StepKey } from '../../../src/onboarding/flow/steps.js';
import {
  completeOnboarding,
  completeStep,
  dataSaved,
  goToStep,
  keysChanged,
  reset,
  unchanged,
} from '../../../src/onboarding/flow/transitions.js';
import { Expression, Statement } from '../../../src/storage/wire/statement.js';
import { TestApp } from '../../support/service/app.js';
import { TestDatabase } from '../../support/database/database.js';
import { DatabaseWire } from '../../support/database/database-wire.js';
import { eventually } from '../../support/process/deadline.js';
import { rawCommand, rawQuery } from '../../support/database/raw-statements.js';
import { SessionLock } from '../../support/database/session-lock.js';

const NOWHERE: FinishedByDeployment = new Set();
const website = websiteRecord(true);

const READS = { saved: wholeSnapshotOf([website, competitorsRecord, savedKeys]) };
type Data = UnitOfWork<typeof READS>;
type Work = (data: Data) => unknown;

const save = (data: UnitOfWork, url: string) => data.run(website.save(website.parse({ website: url }, '/data')));

/** What a work has decided, and what it has read. Times are left out: they differ from one run to the next. */
function stateOf({ session: { revision, progress }, read: { saved } }: Data) {
  return {
    revision,
    percentage: completionPercentage(progress, FLOWS.six),
    steps: STEP_KEYS.map((step) => stepState(progress, step).status),
    url: saved.of(website)?.['website_url'] ?? null,
    competitors: saved.of(competitorsRecord).length,
    providers: saved.of(savedKeys),
  };
}

const WRITES: readonly (readonly [name: string, work: Work])[] = [
  [
    'that saves a document and completes its step',
    (data) => {
      save(data, 'https://example.org');
      data.change(completeStep('website', ['slow'], NOWHERE));
      return stateOf(data);
    },
  ],
  [
    'that saves a document and records that alone',
    (data) => {
      save(data, 'https://example.net');
      data.change(dataSaved('website'));
      return stateOf(data);
    },
  ],
  [
    'that replaces a list and records facts',
    (data) => {
      data.run(competitorsRecord.replace([{ url: 'https://a.example' }, { url: 'https://b.example' }]));
      data.change(keysChanged('api_key_saved', ['openai', 'exa']));
      return stateOf(data);
    },
  ],
  [
    'that starts again',
    (data) => {
      data.change(reset());
      return stateOf(data);
    },
  ],
];

const REFUSALS: readonly (readonly [by: string, problem: string, work: Work])[] = [
  [
    'a rule of the flow',
    'StepsMissing',
    (data) => {
      data.change(reset());
      data.change(completeOnboarding(NOWHERE));
    },
  ],
  ['a document that is not valid', 'InvalidInput', (data) => save(data, 'http://localhost')],
  [
    'a document that is too large by itself',
    'DocumentsTooLarge',
    (data) => data.run(competitorsRecord.replace([{ numbers: Array.from({ length: 30_001 }, () => 1) }])),
  ],
  [
    'a mistake in the middle',
    'TypeError',
    (data) => {
      save(data, 'https://example.org');
      data.change(goToStep('research'));
      throw new TypeError('a mistake');
    },
  ],
];

/** What a unit of work comes to: its result, or how it was refused. */
async function outcomeOf(work: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    return { result: await work };
  } catch (error) {
    const { name } = (error as Error).constructor;
    return { problem: name, body: error instanceof Problem ? error.toBody() : (error as Error).message };
  }
}

describe('a unit of work', () => {
  let database: TestDatabase;
  let wire: DatabaseWire;
  let app: TestApp;
  let users: UserDatabase;
  let created = 0;

  beforeAll(async () => {
    database = await TestDatabase.create();
    wire = await DatabaseWire.before(database.appUrl);
    app = await TestApp.start({ database, environment: { DATABASE_URL: wire.url, DATABASE_POOL_SIZE: '1' } });
    users = app.nest.get(UserDatabase);
  });
  afterAll(async () => {
    await app.stop();
    await wire.close();
    await database.drop();
  });

  const newcomer = () => Promise.resolve(`newcomer ${++created}`);

  /** A user with documents and some progress. */
  async function veteran(): Promise<string> {
    const userId = `veteran ${++created}`;
    await users.forUser(userId, {}, (data) => {
      save(data, 'https://example.com');
      data.run(competitorsRecord.replace([{ url: 'https://c.example' }]));
      data.change(completeStep('website', [], NOWHERE));
      data.change(completeStep('research', [], NOWHERE));
    });
    return userId;
  }

  const USERS = [
    ['a user with data', veteran],
    ['a user without a session', newcomer],
  ] as const;

  async function tagOf(userId: string): Promise<string> {
    return entityTagOf((await users.readForUser(userId, wholeSnapshotOf([]))).session);
  }

  describe('over one connection, with records whose names and labels begin alike,', () => {
    /** Longer than what PostgreSQL tells apart of a name. */
    const LONG = 'a_record_with_a_name_that_is_longer_than_postgresql_tells_apart_'.padEnd(70, 'x');

    /** Queries whose labels and texts differ at their ends alone. */
    function queryOf(end: string): Query<unknown> {
      const text = `select $1::text || ' ${'x'.repeat(100)}' as value, '${end}' as ending`;
      return { statement: new Statement(LONG + end, text), parse: ([row]) => row };
    }

    function partOf(end: string): SnapshotPart<unknown> {
      const select = new Expression(`(select to_jsonb('part ${end}'::text))`);
      return { name: LONG + end, select, isDocument: false, fromJson: (value) => value };
    }

    const rowOf = (ending: string) => ({ value: `alice ${'x'.repeat(100)}`, ending });

    it('reads of each its own rows, on the first use and on later ones', async () => {
      const { statements } = await wire.during(async () => {
        for (const end of ['a', 'b', 'b', 'a']) {
          expect(await users.readForUser('alice', queryOf(end))).toEqual(rowOf(end));
        }
      });
      const names = statements.map(({ name }) => name).filter((name) => name.startsWith('a_record'));
      expect([names.length, new Set(names).size]).toEqual([4, 2]);
      for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    });

    it('reads and writes with each as it says, in one transaction', async () => {
      const commandOf = (end: string) => ({ ...queryOf(end), values: ({ userId }: Subject) => [userId] });
      const reads = { [`${LONG}a`]: queryOf('a'), [`${LONG}b`]: queryOf('b') };
      for (let turn = 0; turn < 2; turn++) {
        const { read, results } = await users.forUser('alice', { reads }, (data) => ({
          read: data.read,
          results: [
            data.run(commandOf('b')),
            data.run(commandOf('a')),
            data.readAfter(queryOf('b')),
            data.readAfter(queryOf('a')),
          ],
        }));
        expect(read).toEqual({ [`${LONG}a`]: rowOf('a'), [`${LONG}b`]: rowOf('b') });
        expect(results.map(({ value }) => value)).toEqual(['b', 'a', 'b', 'a'].map(rowOf));
      }
    });

    it('gives each its own part of a snapshot', async () => {
      for (const ends of [['a', 'b'], ['b', 'a'], ['a'], ['b'], ['a', 'b']]) {
        const parts = ends.map(partOf);
        const snapshot = await users.readForUser('alice', wholeSnapshotOf(parts));
        expect(parts.map((part) => snapshot.of(part))).toEqual(ends.map((end) => `part ${end}`));
      }
    });
  });

  describe.each(USERS)('that is a dry run, for %s,', (_, newUser) => {
    it.each(WRITES)('decides as one %s does, and writes nothing', async (_name, work) => {
      const userId = await newUser();
      const before = await database.dump();
      const dry = await outcomeOf(users.forUser(userId, { reads: READS, dryRun: true }, work));
      expect(await database.dump()).toEqual(before);
      expect(dry).toHaveProperty('result.revision');
      expect(await outcomeOf(users.forUser(userId, { reads: READS }, work))).toEqual(dry);
      expect(await database.dump()).not.toEqual(before);
    });

    it('decides as one that deletes the user does, and deletes nothing', async () => {
      const userId = await newUser();
      const before = await database.dump();
      const work: Work = (data) => {
        data.run(deleteUser);
        return stateOf(data);
      };
      const dry = await outcomeOf(users.forUser(userId, { reads: READS, dryRun: true }, work));
      expect(await database.dump()).toEqual(before);
      expect(await outcomeOf(users.forUser(userId, { reads: READS }, work))).toEqual(dry);
      expect(await tagOf(userId)).toBe('"0"');
    });

    it.each(REFUSALS)(
      'is refused by %s, with the same %s as the real one, which writes nothing either',
      async (...row) => {
        const [, problem, work] = row;
        const userId = await newUser();
        const before = await database.dump();
        const dry = await outcomeOf(users.forUser(userId, { reads: READS, dryRun: true }, work));
        expect(dry).toHaveProperty('problem', problem);
        expect(await outcomeOf(users.forUser(userId, { reads: READS }, work))).toEqual(dry);
        expect(await database.dump()).toEqual(before);
      },
    );

    it('is refused by a precondition as the real one is, before the work', async () => {
      const userId = await newUser();
      const tag = await tagOf(userId);
      const before = await database.dump();
      const precondition = new Precondition(new Set([tag === '"0"' ? '"1.another"' : '"0"', '"7.another"']));
      for (const dryRun of [true, false]) {
        let ran = false;
        const outcome = await outcomeOf(users.forUser(userId, { precondition, dryRun }, () => (ran = true)));
        expect([dryRun, ran, outcome['problem']]).toEqual([dryRun, false, 'PreconditionFailed']);
      }
      expect(await database.dump()).toEqual(before);
    });

    it('runs under a precondition that holds, as the real one does', async () => {
      const userId = await newUser();
      const precondition = new Precondition(new Set(['"7.another"', await tagOf(userId)]));
      const work = ({ session }: UnitOfWork) => session.revision;
      const dry = await outcomeOf(users.forUser(userId, { precondition, dryRun: true }, work));
      expect(dry).toHaveProperty('result');
      expect(await outcomeOf(users.forUser(userId, { precondition }, work))).toEqual(dry);
    });

    it('is one round trip of a read-only transaction: no lock, no insert, no update, no delete', async () => {
      const userId = await newUser();
      const writes = /\b(insert|update|delete|for (no key )?(update|share))\b/i;
      const [, work] = WRITES[0] as (typeof WRITES)[number];
      const dry = await wire.during(async () => {
        await users.forUser(userId, { reads: READS, dryRun: true }, work);
      });
      expect(dry.roundTrips).toBe(1);
      const texts = dry.statements.map(({ text }) => text);
      expect(texts[0]).toBe('begin isolation level repeatable read read only');
      expect(texts.at(-1)).toBe('commit');
      expect(texts.filter((text) => writes.test(text))).toEqual([]);
      // The session and what the work reads are among them, in the user's scope.
      expect(texts).toHaveLength(5);
      expect(dry.statements.slice(1, -1).map(({ values }) => values)).toEqual([[userId], [userId], [userId]]);
      // The real one is seen to do all of that.
      const real = await wire.during(async () => {
        await users.forUser(userId, { reads: READS }, work);
      });
      expect(real.roundTrips).toBe(2);
      expect(real.statements.filter(({ text }) => writes.test(text)).length).toBeGreaterThanOrEqual(3);
    });

    it('leaves results of commands and later reads unreadable, which the real one makes readable', async () => {
      const userId = await newUser();
      const work = (data: UnitOfWork): Later<unknown>[] => [
        data.run(rawCommand('select 1 as one')),
        data.readAfter(rawQuery('select 2 as two where $1::text is not null')),
      ];
      for (const later of await users.forUser(userId, { dryRun: true }, work)) {
        expect(() => later.value).toThrow('A result can be read only once the transaction is committed');
      }
      const real = await users.forUser(userId, {}, work);
      expect(real.map(({ value }) => value)).toEqual([[{ one: 1 }], [{ two: 2 }]]);
    });
  });

  describe('that is a dry run', () => {
    it('cannot write even by what it reads: PostgreSQL refuses', async () => {
      const userId = await veteran();
      const before = await database.dump();
      const reads = { deleted: rawQuery('delete from website_analyses where user_id = $1 returning user_id') };
      const refused = users.forUser(userId, { reads, dryRun: true }, ({ read }) => read.deleted);
      await expect(refused).rejects.toMatchObject({ cause: { code: '25006' } });
      expect(await database.dump()).toEqual(before);
      // The statement itself is one that PostgreSQL runs.
      expect(await users.forUser(userId, { reads }, ({ read }) => read.deleted)).toEqual([{ user_id: userId }]);
    });

    it('sees one state of the database in all that it reads', async () => {
      const isolation = `select current_setting('transaction_isolation') as level where $1::text is not null`;
      const reads = { isolation: rawQuery(isolation) };
      const levels = (dryRun: boolean) => users.forUser('alice', { reads, dryRun }, ({ read }) => read.isolation);
      expect(await levels(true)).toEqual([{ level: 'repeatable read' }]);
      expect(await levels(false)).toEqual([{ level: 'read committed' }]);
    });

    it('does not wait for the lock on the session, as the real one does', async () => {
      const userId = await veteran();
      const [, work] = WRITES[0] as (typeof WRITES)[number];
      const lock = await SessionLock.take(database.ownerUrl);
      const dry = await outcomeOf(users.forUser(userId, { reads: READS, dryRun: true }, work));
      expect(dry).toHaveProperty('result');
      const real = outcomeOf(users.forUser(userId, { reads: READS }, work));
      await eventually('the real one waits', async () => (await lock.waiting()) === 1);
      await lock.release();
      expect(await real).toEqual(dry);
    });

    it('takes no lock that others would wait for', async () => {
      const userId = await veteran();
      const other = await TestApp.start({ database });
      const holder = new pg.Client({ connectionString: database.ownerUrl });
      await holder.connect();
      try {
        // It waits in the middle, behind its read of the session, until another service has changed that session.
        await holder.query('select pg_advisory_lock(1)');
        const reads = { pause: rawQuery('select pg_advisory_xact_lock_shared(1)::text where $1::text is not null') };
        const dry = users.forUser(userId, { reads, dryRun: true }, ({ session }) => session.revision);
        await eventually('it waits', async () => (await waiting()) === 1);
        const change = (data: UnitOfWork) => data.change(goToStep('api_keys')).revision;
        const changed = await other.nest.get(UserDatabase).forUser(userId, {}, change);
        await holder.query('select pg_advisory_unlock(1)');
        // It had seen what was there before.
        expect(await dry).toBe(changed - 1);
      } finally {
        await holder.end();
        await other.stop();
      }
    });

    async function waiting(): Promise<number> {
      const locks =
        'select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()';
      return (await database.query(locks)).length;
    }
  });

  it('has only the reads that it names', async () => {
    // @ts-expect-error -- `npm run types` fails where work may look for a read that it does not name
    const work = users.forUser(await newcomer(), {}, ({ read }) => read.saved as unknown);
    expect(await work).toBeUndefined();
  });

  it.each(USERS)(
    'that saves a document without an event is refused as a mistake, and stores nothing, for %s',
    async (...row) => {
      const [, newUser] = row;
      const userId = await newUser();
      const before = await database.dump();
      const work = (data: UnitOfWork) => save(data, 'https://example.org');
      await expect(users.forUser(userId, {}, work)).rejects.toThrow('A document is saved without an event');
      expect(await database.dump()).toEqual(before);
    },
  );

  it('that saves a document twice with one event keeps what was there before the event', async () => {
    const userId = await veteran();
    const versions = () =>
      database.query(
        `select revision::int, content ->> 'website_url' as url from document_versions
         where user_id = $1 and document = 'website_analyses' order by revision desc`,
        [userId],
      );
    const before = await versions();
    const { revision } = await users.forUser(userId, {}, (data) => {
      save(data, 'https://one.example');
      save(data, 'https://two.example');
      return data.change(dataSaved('website'));
    });
    expect(await versions()).toEqual([{ revision, url: 'https://example.com' }, ...before]);
  });

  describe('that throws', () => {
    it.each(USERS)('sends nothing further but the end of its transaction, for %s', async (_, newUser) => {
      const userId = await newUser();
      const before = await database.dump();
      const { statements } = await wire.during(async () => {
        const [, , work] = REFUSALS.at(-1) as (typeof REFUSALS)[number];
        await expect(users.forUser(userId, { reads: READS }, work)).rejects.toThrow('a mistake');
      });
      const labels = statements.map(({ name, text }) => name.replace(/-[\da-f]{16}$/, '') || text);
      expect(labels).toEqual(['begin', 'scope', 'open-session', 'snapshot', 'rollback']);
      expect(await database.dump()).toEqual(before);
    });

    it('while it reads the result of a command is stored by then, and its connection serves the next', async () => {
      const userId = await newcomer();
      const parse = () => {
        throw new TypeError('a mistake in parse');
      };
      const work = (data: UnitOfWork) => {
        data.run({ ...rawCommand('select 1'), parse });
        data.change(goToStep('research'));
      };
      await expect(users.forUser(userId, {}, work)).rejects.toThrow('a mistake in parse');
      expect(await users.forUser(userId, {}, ({ session }) => session.progress.currentStep)).toBe('research');
    });
  });

  describe('that is the first of a user', () => {
    const WORKS: readonly (readonly [name: string, work: (data: UnitOfWork) => unknown])[] = [
      ['decides nothing', () => undefined],
      ['runs a command alone', (data) => data.run(rawCommand('select 1'))],
      ['reads alone', (data) => data.readAfter(wholeSnapshotOf([website]))],
      ['makes a change that changes nothing', (data) => data.change(unchanged)],
    ];

    it.each(WORKS)('and %s commits a session that begins with its event', async (_, work) => {
      const userId = await newcomer();
      await users.forUser(userId, {}, work);
      const history = `select s.revision::int, e.revision::int as event, e.type
                       from onboarding_sessions s left join progress_events e on e.session_id = s.id
                       where s.user_id = $1`;
      expect(await database.query(history, [userId])).toEqual([{ revision: 1, event: 1, type: 'onboarding_started' }]);
    });

    it('and deletes the user commits neither a session nor an event', async () => {
      const userId = await newcomer();
      const before = await database.dump();
      await users.forUser(userId, {}, (data) => data.run(deleteUser));
      await users.forUser(userId, {}, (data) => {
        save(data, 'https://example.org');
        data.change(dataSaved('website'));
        data.run(deleteUser);
        data.change(unchanged);
      });
      expect(await database.dump()).toEqual(before);
    });
  });

  describe('with an actor and a cause', () => {
    const USER: Origin = { actor: 'user', cause: 'wizard' };
    const SUPPORT: Origin = { actor: 'operator:7', cause: 'support' };

    /** Who made each change of the user's, in order. */
    const originsOf = (userId: string) =>
      database.query(`select type, actor, cause from progress_events where user_id = $1 order by revision`, [userId]);

    it('has them in each of its events, and in no other', async () => {
      const userId = await newcomer();
      const change = (step: StepKey) => (data: UnitOfWork) => data.change(goToStep(step));
      await users.forUser(userId, SUPPORT, (data) => {
        data.change(keysChanged('api_key_saved', ['openai', 'exa']));
        change('website')(data);
      });
      await users.forUser(userId, {}, change('research'));
      await users.forUser(userId, { actor: 'service:billing', cause: 'service' }, change('website'));
      await users.forUser(userId, { ...SUPPORT, dryRun: true }, change('api_keys'));
      await users.forUser(userId, {}, change('api_keys'));
      expect(await originsOf(userId)).toEqual([
        { type: 'onboarding_started', ...SUPPORT },
        { type: 'api_key_saved', ...SUPPORT },
        { type: 'api_key_saved', ...SUPPORT },
        { type: 'step_started', ...SUPPORT },
        { type: 'step_started', ...USER },
        { type: 'step_started', actor: 'service:billing', cause: 'service' },
        { type: 'step_started', ...USER },
      ]);
    });

    it('has the user and the wizard where it names none, and each by itself', async () => {
      const userId = await newcomer();
      await users.forUser(userId, {}, (data) => data.change(unchanged));
      await users.forUser(userId, { actor: 'system' }, (data) => data.change(goToStep('website')));
      await users.forUser(userId, { cause: 'import' }, (data) => data.change(goToStep('research')));
      expect(await originsOf(userId)).toEqual([
        { type: 'onboarding_started', ...USER },
        { type: 'step_started', actor: 'system', cause: 'wizard' },
        { type: 'step_started', actor: 'user', cause: 'import' },
      ]);
    });

    it('has its own at the same moment as others, also over the same connection', async () => {
      const works = await Promise.all(
        Array.from({ length: 10 }, async (_, index) => {
          return { userId: await newcomer(), actor: `service:${index}` as const };
        }),
      );
      await Promise.all(
        works.map(({ userId, actor }) =>
          users.forUser(userId, { actor, cause: 'service' }, (data) => data.change(goToStep('website'))),
        ),
      );
      for (const { userId, actor } of works) {
        const origin = { actor, cause: 'service' };
        expect(await originsOf(userId)).toEqual([
          { type: 'onboarding_started', ...origin },
          { type: 'step_started', ...origin },
        ]);
      }
    });
  });
});
