import { MikroORM } from '@mikro-orm/postgresql';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ormOptions } from '../../../src/storage/postgres/orm-options.js';
import { prepareDatabase } from '../../../src/storage/postgres/prepare-database.js';
import { schemaDifference } from '../../../src/storage/postgres/schema-difference.js';
import { fillEveryTable } from '../../support/data/filled-user.js';
import { sample } from '../../support/data/samples.js';
import { catalogueOf } from '../../support/database/catalogue.js';
import { TestDatabase } from '../../support/database/database.js';
import { TestApp } from '../../support/service/app.js';

/** The last version that numbered the steps, and the one after it. */
const NUMBERED = 'Migration20261126EventCause';
const KEYED = 'Migration20261126StepKeys';

const KEYS = ['api_keys', 'website', 'research', 'personalization', 'integrations', 'complete'];
/** More users than are carried over in one transaction. */
const MANY = 4500;

const STATE = { status: 'completed', completed_at: '2026-01-02T03:04:05.000Z', validation_errors: ['slow'] };

/** Users as that version has stored them: the first with no step, the next at step 1, and so on. */
const INSERT_USERS = `
  with users as (
    select 'user ' || n as user_id, gen_random_uuid() as id, n % 7 as step from generate_series(1, ${MANY}) n
  ), sessions as (
    insert into onboarding_sessions (user_id, id, revision, steps, current_step, started_at, updated_at)
    select user_id, id, 2, case when step = 0 then '{}' else jsonb_build_object(step, '${JSON.stringify(STATE)}'::jsonb) end,
      nullif(step, 0), now(), now()
    from users
    returning user_id
  )
  insert into progress_events (user_id, session_id, revision, type, step, data, actor, cause, occurred_at)
  select user_id, id, revision, 'step_completed', case when revision = 2 then nullif(step, 0) end, '{"to": "completed"}', 'user', 'wizard', now()
  from users, generate_series(1, 2) revision`;

/** What that version sends to save a step: its process beside the new schema. */
const OLD_ADVANCE = `
  with session as (
    update onboarding_sessions
    set revision = $3, steps = $4, current_step = $5, percentage_floor = $6,
        started_at = $7, completed_at = $8, updated_at = $9
    where user_id = $1 and id = $2
    returning user_id, id
  )
  insert into progress_events (user_id, session_id, revision, type, step, data, actor, cause, occurred_at)
  select session.user_id, session.id, event.revision, event.type, event.step, event.data, event.actor, event.cause, $9
  from session, jsonb_to_recordset($10)
    as event (revision bigint, type text, step smallint, data jsonb, actor text, cause text)`;

describe('a database of the version that numbered the steps', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await TestDatabase.create({ migrated: false });
    await prepareDatabase(database.ownerUrl, database.appUrl);
  });
  afterEach(() => database.drop());

  const up = () => prepareDatabase(database.ownerUrl, database.appUrl);

  async function migrate(run: (migrator: MikroORM['migrator']) => Promise<unknown>): Promise<void> {
    const orm = new MikroORM(ormOptions({ url: database.ownerUrl, poolSize: 1, timeoutMs: 30_000 }));
    try {
      await run(orm.migrator);
    } finally {
      await orm.close(true);
    }
  }

  const down = (to = NUMBERED) => migrate((migrator) => migrator.down({ to }));
  const upTo = (to: string) => migrate((migrator) => migrator.up({ to }));

  const sessions = () =>
    database.query('select user_id, steps, current_step from onboarding_sessions order by user_id');
  const events = () =>
    database.query('select user_id, revision::int, step from progress_events order by user_id, revision');

  async function readAll(...users: string[]) {
    const app = await TestApp.start({ database });
    try {
      const answers = [];
      for (const user of users) {
        const client = await app.as(user);
        for (const path of ['/init', '/status', '/progress', '/resume', '/step/2', '/step/3/validate']) {
          const { status, body, headers } = await client.get(path);
          // Without the revision: later migrations count as changes.
          answers.push([user, path, status, body, headers.get('etag')?.replace(/^"\d+\./, '')]);
        }
      }
      return answers;
    } finally {
      await app.stop();
    }
  }

  it('reads the same afterwards, and the same again where it goes back', async () => {
    const app = await TestApp.start({ database });
    await fillEveryTable(app, 'alice', 'mark');
    const bob = await app.as('bob');
    await bob.post('/step/3/complete', { ...sample(3), validation_errors: ['one source did not answer'] });
    await bob.post('/step/5/skip');
    await app.stop();
    await database.query(`update onboarding_sessions set current_step = 'website' where user_id = 'bob'`);
    // That version knew no wizards.
    await database.query('update onboarding_sessions set flow = null, flow_source = null');
    const read = await readAll('alice', 'bob');
    await down(KEYED);
    const dump = await database.dump();

    await down();
    const numbered = await sessions();
    expect(numbered[1]).toMatchObject({ user_id: 'bob', current_step: 2, steps: { 3: {}, 5: { status: 'skipped' } } });
    expect(JSON.stringify(numbered)).not.toMatch(new RegExp(`"(${KEYS.join('|')})"`));
    const steps = (await events()).filter(({ user_id }) => user_id === 'bob').map(({ step }) => step);
    expect(steps).toEqual([null, 3, 5]);

    await upTo(KEYED);
    expect(await database.dump()).toEqual(dump);
    await up();
    expect(await readAll('alice', 'bob')).toEqual(read);
    expect(await schemaDifference(database.ownerUrl)).toBe('');
  });

  it('is carried over whole, however many users it has', async () => {
    await down();
    await database.query(INSERT_USERS);
    const [before, eventsBefore] = [await sessions(), await events()];
    await upTo(KEYED);
    const keyOf = (step: unknown) => (step === null ? null : KEYS[Number(step) - 1]);
    expect(await sessions()).toEqual(
      before.map(({ user_id, steps, current_step }) => ({
        user_id,
        steps: Object.fromEntries(Object.entries(steps as object).map(([step, state]) => [keyOf(step), state])),
        current_step: keyOf(current_step),
      })),
    );
    expect(await events()).toEqual(eventsBefore.map((event) => ({ ...event, step: keyOf(event['step']) })));
    await down();
    expect([await sessions(), await events()]).toEqual([before, eventsBefore]);
  });

  it('is brought up to date by another run where one was cut off, and takes no step by its number in between', async () => {
    const catalogue = await catalogueOf(database);
    await down();
    await database.query(INSERT_USERS);
    const [{ last } = {}] = await database.query('select max(user_id) as last from onboarding_sessions');
    await database.query(`
      create function fail() returns trigger language plpgsql as $$ begin raise 'the power fails'; end $$;
      create trigger fail before update on onboarding_sessions for each row when (old.user_id = '${String(last)}')
        execute function fail()`);
    await expect(up()).rejects.toThrow(/^The migration Migration20261126StepKeys fails \(P0001\)/);
    const states = (await sessions()).map(({ steps }) => Object.keys(steps as object)[0]).filter(Boolean);
    expect(states.some((key) => KEYS.includes(key ?? ''))).toBe(true);
    expect(states.some((key) => /^\d$/.test(key ?? ''))).toBe(true);
    await expect(oldProcess('user 1')).rejects.toMatchObject({ code: '23514' });

    await database.query('drop trigger fail on onboarding_sessions; drop function fail');
    await up();
    expect(
      (await sessions()).flatMap(({ steps }) => Object.keys(steps as object)).every((key) => KEYS.includes(key)),
    ).toBe(true);
    expect(await catalogueOf(database)).toEqual(catalogue);
  });

  /** A process of that version that was not stopped saves step 3 of a user. */
  async function oldProcess(userId: string): Promise<void> {
    const [{ id } = {}] = await database.query('select id from onboarding_sessions where user_id = $1', [userId]);
    const client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    try {
      await client.query('begin');
      await client.query(`select set_config('app.user_id', $1, true)`, [userId]);
      const now = new Date();
      const event = { revision: 9, type: 'step_completed', step: 3, data: {}, actor: 'user', cause: 'wizard' };
      const steps = JSON.stringify({ 3: STATE });
      await client.query(OLD_ADVANCE, [userId, id, 9, steps, null, 0, now, null, now, JSON.stringify([event])]);
      await client.query('commit');
    } finally {
      await client.end();
    }
  }

  it('refuses a process of that version once it is carried over, instead of mixing both', async () => {
    await down();
    await database.query(INSERT_USERS);
    // The statement is the one that worked until then.
    await oldProcess('user 7');
    await up();
    const before = await database.dump();
    await expect(oldProcess('user 8')).rejects.toMatchObject({ code: expect.stringMatching(/^(42804|23514)$/) });
    expect(await database.dump()).toEqual(before);
  });
});
