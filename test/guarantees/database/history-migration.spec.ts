import { MikroORM } from '@mikro-orm/postgresql';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { sessionFromRow } from '../../../src/onboarding/database/session.js';
import { FLOWS } from '../../../src/onboarding/flow/flows.js';
import { MAX_EVENTS, replay, type StatedEvent } from '../../../src/onboarding/flow/replay.js';
import { ormOptions } from '../../../src/storage/postgres/orm-options.js';
import { prepareDatabase } from '../../../src/storage/postgres/prepare-database.js';
import { schemaDifference } from '../../../src/storage/postgres/schema-difference.js';
import { fillEveryTable, rowsOf } from '../../support/data/filled-user.js';
import { ALL_SCOPES, idIn, READS, targetOf } from '../../support/data/sample-requests.js';
import { sample } from '../../support/data/samples.js';
import { catalogueOf } from '../../support/database/catalogue.js';
import { TestDatabase } from '../../support/database/database.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer } from '../../support/service/client.js';
import { expectProblem } from '../../support/service/problems.js';

/** The last version whose events say only what happened. */
const SILENT = 'Migration20261126StepKeys';

/** More users than are carried over in two transactions; they are of the kinds below, in turn. */
const MANY = 4500;
/** Ids that SQL and URLs might misread. */
const ID = `o'brien\\n ? $1 :x "é" {n}%27`;
const idOf = (n: number) => ID.replace('{n}', String(n));

/** Tables that say how often the progress has changed, or what a service has read. */
const CHANGED_TABLES = ['onboarding_sessions', 'progress_events', 'document_versions', 'access_events'];

interface OldStep extends JsonObject {
  readonly validation_errors?: unknown;
}

const completed = (more: OldStep = { validation_errors: [] }): OldStep => ({
  status: 'completed',
  completed_at: '2026-01-02T03:04:05.678Z',
  ...more,
});
const tooMany = Array.from({ length: 25 }, (_, at) => `${at} ${'long '.repeat(120)}`);

interface Kind {
  readonly steps: Readonly<Record<string, OldStep>>;
  /** The columns that are not as in a new session. */
  readonly columns?: Readonly<Record<string, string | number>>;
  /** What is kept of the validation errors; left out: nothing. */
  readonly errors?: Readonly<Record<string, readonly string[]>>;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'at the start': { steps: {} },
  'in the middle': {
    steps: {
      website: completed({ validation_errors: ['the site is slow', 'no imprint'] }),
      research: { status: 'failed', completed_at: null, validation_errors: ['no answer'] },
      personalization: { status: 'skipped', completed_at: null, validation_errors: [] },
    },
    columns: { flow: 'five', flow_source: 'learnt', current_step: 'research', percentage_floor: 33.33 },
    errors: { website: ['the site is slow', 'no imprint'], research: ['no answer'] },
  },
  'at the end': {
    steps: Object.fromEntries(
      ['api_keys', 'website', 'research', 'personalization', 'integrations', 'complete'].map((key) => [
        key,
        completed(),
      ]),
    ),
    columns: {
      completed_at: '2026-01-02T03:04:05.678Z',
      flow: 'four',
      flow_source: 'explicit',
      onboarding_type: 'linkedin',
    },
  },
  'with unbounded errors': {
    steps: { website: completed({ validation_errors: tooMany }) },
    errors: { website: tooMany.slice(0, 20).map((error) => error.slice(0, 500)) },
  },
  'without a list of errors': { steps: { website: completed({}) } },
  'with null for errors': { steps: { website: completed({ validation_errors: null }) } },
  'with a text for errors': { steps: { website: completed({ validation_errors: 'slow' }) } },
  'with a step that no version knows': {
    steps: { elsewhere: completed({ validation_errors: ['lost'] }) },
    errors: { elsewhere: ['lost'] },
  },
};
const NAMES = Object.keys(KINDS);
/** The first user of a kind. */
const userOf = (kind: string) => idOf(NAMES.indexOf(kind) + 1);
/** The kind of any user. */
function kindOf(userId: unknown): Kind {
  const [, n = ''] = / (\d+)%27$/.exec(String(userId)) ?? [];
  return Object.values(KINDS)[(Number(n) - 1) % NAMES.length] as Kind;
}

/** By step of the user's wizard. */
function shownErrors(userId: string) {
  const { errors = {}, columns } = kindOf(userId);
  const flow = FLOWS[(columns?.['flow'] ?? 'six') as FlowId];
  return flow.steps.map(({ key }) => errors[key] ?? []);
}
const errorsOf = (step: { readonly validation_errors: unknown }) => step.validation_errors;

const EVENTS_EACH = 3;

/** Users as that version has stored them, and the events of its older days, with the user's id for `user`. */
const INSERT_USERS = `
  with users as (
    select replace($1, '{n}', n::text) as user_id, gen_random_uuid() as id, $2::jsonb -> (n - 1) % jsonb_array_length($2) as kind
    from generate_series(1, ${MANY}) n
  ), sessions as (
    insert into onboarding_sessions (user_id, id, revision, steps, current_step, percentage_floor, started_at, updated_at,
      completed_at, flow, flow_source, onboarding_type)
    select user_id, id, ${EVENTS_EACH}, kind -> 'steps', current_step, coalesce(percentage_floor, 0), '2026-01-01T00:00:00.123Z',
           '2026-01-03T00:00:00.456Z', completed_at, flow, flow_source, onboarding_type
    from users, jsonb_to_record(coalesce(kind -> 'columns', '{}')) as columns (current_step text, percentage_floor numeric,
      completed_at timestamptz, flow text, flow_source text, onboarding_type text)
  )
  insert into progress_events (user_id, session_id, revision, type, step, data, actor, occurred_at)
  select user_id, id, revision, 'step_started', 'website', '{"from": "pending", "to": "in_progress"}',
         case revision when 1 then user_id else 'user' end, '2026-01-03T00:00:00.456Z'
  from users, generate_series(1, ${EVENTS_EACH}) revision`;

/** What that version sends to save progress: its process next to the new schema. */
const OLD_ADVANCE = `
  with session as (
    update onboarding_sessions
    set revision = $3, steps = $4, current_step = $5, percentage_floor = $6,
        started_at = $7, completed_at = $8, flow = $9, flow_source = $10, onboarding_type = $11, updated_at = $12
    where user_id = $1 and id = $2
    returning user_id, id
  )
  insert into progress_events (user_id, session_id, revision, type, step, data, actor, cause, occurred_at)
  select session.user_id, session.id, event.revision, event.type, event.step, event.data, event.actor, event.cause, $12
  from session, jsonb_to_recordset($13)
    as event (revision bigint, type text, step text, data jsonb, actor text, cause text)`;

interface Stored {
  readonly session: JsonObject;
  readonly count: number;
  readonly last: StatedEvent & JsonObject;
  readonly repaired: number;
}

interface ReadAnswer extends Pick<Answer, 'status' | 'body'> {
  readonly user: string;
  readonly target: string;
  readonly etag: string | null;
}

describe('a database of the version whose events said only what happened', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await TestDatabase.create({ migrated: false });
    await prepareDatabase(database.ownerUrl, database.appUrl);
  });
  afterEach(() => database.drop());

  const up = () => prepareDatabase(database.ownerUrl, database.appUrl);

  async function down(): Promise<void> {
    const orm = new MikroORM(ormOptions({ url: database.ownerUrl, poolSize: 1, timeoutMs: 30_000 }));
    try {
      await orm.migrator.down({ to: SILENT });
    } finally {
      await orm.close(true);
    }
  }

  const insertUsers = () => database.query(INSERT_USERS, [ID, JSON.stringify(Object.values(KINDS))]);

  const sessions = () => database.query('select * from onboarding_sessions order by user_id');

  async function withApp<T>(use: (app: TestApp) => Promise<T>): Promise<T> {
    const app = await TestApp.start({ database });
    try {
      return await use(app);
    } finally {
      await app.stop();
    }
  }

  /** Every read but those of the history, which the older version does not keep. */
  function readAll(users: readonly string[]) {
    const reads = READS.filter(({ route }) => !route.includes('/history'));
    expect(reads.length).toBeGreaterThan(30);
    return withApp(async (app) => {
      const answers: ReadAnswer[] = [];
      for (const user of users) {
        const [client, rows] = [await app.as(user, { scope: ALL_SCOPES }), await rowsOf(app.database, user)];
        for (const read of reads) {
          const target = targetOf(read, { userId: user, id: idIn(rows, read.route) ?? '0' });
          const { status, body, headers } = await client.get(`/${target}`);
          answers.push({ user, target, status, body, etag: headers.get('etag') });
        }
      }
      return answers;
    });
  }

  /** The answer after so many more changes: its tag, and the position that it names. */
  function withLaterTag({ etag, body, ...answer }: ReadAnswer, changes: number): ReadAnswer {
    const later = (position: string) => position.replace(/\d+(?=\.)/, (revision) => String(Number(revision) + changes));
    const named = typeof body?.position === 'string' ? { ...body, position: later(body.position) } : body;
    return { ...answer, etag: etag && later(etag), body: named };
  }

  /** Each session with its last event, and how many events there are; users in their order. */
  async function stored(): Promise<readonly Stored[]> {
    const rows = await database.query<{ stored: Stored }>(`
      select jsonb_build_object('session', to_jsonb(s), 'count', count, 'last', to_jsonb(e), 'repaired', repaired) as stored
      from onboarding_sessions s join progress_events e using (user_id, revision),
        lateral (select count(*), count(*) filter (where type = 'progress_repaired') as repaired
                 from progress_events where user_id = s.user_id) counts
      order by user_id`);
    return rows.map(({ stored }) => stored);
  }

  /** @param events those that each user had */
  function expectStated({ session, count, last, repaired }: Stored, events: number): void {
    expect({ ...session, count, repaired, replayed: replay({ count, last }) }).toMatchObject({
      revision: events + 1,
      count: events + 1,
      repaired: 1,
      replayed: sessionFromRow(session).progress,
    });
    expect(last).toMatchObject({
      ...{ session_id: session['id'], type: 'progress_repaired', step: null, data: {}, documents: [] },
      ...{ actor: 'system', cause: 'repair', occurred_at: session['updated_at'] },
    });
  }

  it('answers every read as before but for the ETag, and the same again where it goes back and forth', async () => {
    const errors = ['one source did not answer', 'é'.repeat(500)];
    const users = ['alice', 'bob', 'carol', 'new'];
    await withApp(async (app) => {
      await fillEveryTable(app, 'alice', 'mark');
      const [bob, carol] = [await app.as('bob'), await app.as('carol')];
      await bob.post('/step/3/complete', { ...sample(3), validation_errors: errors });
      await bob.post('/step/4/skip');
      await carol.post('/step/1/complete', sample(2), { 'onboarding-flow': 'four' });
    });
    await database.query(`update onboarding_sessions set onboarding_type = 'linkedin' where user_id = 'carol'`);
    const [read, before] = [await readAll(users), await database.dump()];

    await down();
    const [bob] = await database.query(
      `select steps -> 'research' as step from onboarding_sessions where user_id = 'bob'`,
    );
    expect(bob).toMatchObject({ step: { status: 'completed', validation_errors: errors } });
    await up();
    expect(await readAll(users)).toEqual(read.map((answer) => withLaterTag(answer, 1)));
    const after = await database.dump();
    for (const table of Object.keys(before).filter((name) => !CHANGED_TABLES.includes(name))) {
      expect([table, after[table]]).toEqual([table, before[table]]);
    }
    const events = before['progress_events'] as JsonObject[];
    for (const each of await stored()) {
      expectStated(each, events.filter(({ user_id }) => user_id === each.session['user_id']).length);
    }

    await down();
    await up();
    expect(await readAll(users)).toEqual(read.map((answer) => withLaterTag(answer, 2)));
    expect(await schemaDifference(database.ownerUrl)).toBe('');
  });

  it('states the progress of every user, however many there are, wherever they are and whatever their ids', async () => {
    await down();
    await insertUsers();
    const before = await sessions();
    await up();
    const all = await stored();
    expect(all).toHaveLength(MANY);
    for (const each of all) expectStated(each, EVENTS_EACH);
    expect(await sessions()).toEqual(
      before.map(({ steps, revision, ...session }) => ({
        ...session,
        revision: String(Number(revision) + 1),
        steps: Object.fromEntries(
          Object.entries(steps as Kind['steps']).map(([step, { validation_errors: _, ...state }]) => [step, state]),
        ),
        validation_errors: kindOf(session['user_id']).errors ?? {},
      })),
    );
    await down();
    expect(await sessions()).toEqual(
      before.map(({ steps, revision, ...session }) => ({
        ...session,
        revision: String(Number(revision) + 1),
        steps: Object.fromEntries(
          Object.entries(steps as Kind['steps']).map(([step, state]) => [
            step,
            { ...state, validation_errors: kindOf(session['user_id']).errors?.[step] ?? [] },
          ]),
        ),
      })),
    );
  });

  it('shows each user what was, bounds what was too much, and has a way back to where the user is', async () => {
    await down();
    await insertUsers();
    await database.query(`
      insert into onboarding_sessions (user_id, id, started_at, updated_at) values ('silent', gen_random_uuid(), now(), now());
      insert into progress_events (user_id, session_id, revision, type, actor, occurred_at)
      select user_id, id, n, 'data_saved', 'user', now() from onboarding_sessions, generate_series(4, 10050) n
      where user_id = $$${userOf('at the end')}$$;
      update onboarding_sessions set revision = 10050 where user_id = $$${userOf('at the end')}$$`);
    await up();
    await withApp(async (app) => {
      for (const kind of NAMES) {
        const [user, events] = [userOf(kind), kind === 'at the end' ? 10_050 : EVENTS_EACH];
        const client = await app.as(user);
        const progress = await client.get('/progress');
        expect([kind, progress.status, progress.body.steps.map(errorsOf)]).toEqual([kind, 200, shownErrors(user)]);
        const { items } = (await client.get('/history?limit=200')).body;
        const [latest, ...others] = items;
        const session = latest.position.split('.')[1];
        const { completion_percentage, current_step, is_completed } = progress.body;
        expect([kind, latest]).toEqual([
          kind,
          {
            ...{ position: `${events + 1}.${session}`, type: 'progress_repaired', step_key: null, step_number: null },
            ...{ occurred_at: '2026-01-03T00:00:00.456Z', actor: 'system', cause: 'repair', data: {}, documents: [] },
            progress: { completion_percentage, current_step, is_completed },
          },
        ]);
        expect(others).toHaveLength(Math.min(events, 199));
        for (const item of others) expect(item).toMatchObject({ actor: 'user', progress: null, documents: [] });
        for (const old of [1, events]) {
          for (const answer of [
            await client.get(`/history/${old}`),
            await client.post('/restore', { revision: old, what: 'progress' }),
            await client.post('/restore', { revision: old, what: 'data' }),
            await client.post('/restore', { revision: old, what: 'all', dry_run: true }),
          ]) {
            expectProblem(answer, 410, kind);
            expect(answer.body.oldest_position).toBe(latest.position);
            expect(answer.body.detail).toContain(latest.position);
          }
        }
        expect((await client.get(`/history/${events + 1}`)).body.progress).toMatchObject({ completion_percentage });
        if (events > MAX_EVENTS) {
          expectProblem(await client.post('/reset'), 400, kind);
          continue;
        }
        await client.post('/business-info', { business_description: 'Bread for the town' });
        await client.post('/reset');
        const restored = await client.post('/restore', { revision: events + 1, what: 'all' });
        expect([kind, restored.status]).toEqual([kind, 200]);
        const { body: again } = await client.get('/progress');
        expect({ ...again, last_updated: progress.body.last_updated }).toEqual(progress.body);
        expect((await client.get(`//onboarding/business-info/user/${encodeURIComponent(user)}`)).status).toBe(404);
      }
      expect((await (await app.as('silent')).get('/history')).body.items).toMatchObject([
        { position: expect.stringMatching(/^1\./), type: 'progress_repaired' },
      ]);
    });
  });

  it('is brought up to date by another run where one was cut off, with one event for each user', async () => {
    const catalogue = await catalogueOf(database);
    await down();
    await insertUsers();
    const before = await database.dump();
    const later = await cutOff(up);
    const repaired = await database.query(
      `select user_id from progress_events where type = 'progress_repaired' order by user_id`,
    );
    expect(repaired).toHaveLength(2000);
    for (const user of [String(repaired[0]?.['user_id']), later]) {
      await expect(oldProcess(user)).rejects.toMatchObject({ code: '23502', column: 'state' });
    }
    await up();
    for (const each of await stored()) expectStated(each, EVENTS_EACH);
    const old = (await database.dump())['progress_events']?.filter(
      (row) => (row as JsonObject)['type'] !== 'progress_repaired',
    );
    expect(old).toHaveLength(before['progress_events']?.length ?? 0);
    expect(await catalogueOf(database)).toEqual(catalogue);

    await cutOff(down);
    await down();
    const [research] = await database.query(
      `select steps -> 'research' -> 'validation_errors' as errors from onboarding_sessions where user_id = $1`,
      [userOf('in the middle')],
    );
    expect(research).toEqual({ errors: ['no answer'] });
    await up();
    expect(await catalogueOf(database)).toEqual(catalogue);
  });

  /** A run whose connection ends after some users; returns one of those that are left. */
  async function cutOff(run: () => Promise<void>): Promise<string> {
    const [{ user_id: userId } = {}] = await database.query(
      'select user_id from onboarding_sessions order by user_id offset 3000 limit 1',
    );
    await database.query(`
      create function cut() returns trigger language plpgsql as $$
        begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
      create trigger cut before update on onboarding_sessions for each row
        when (old.user_id = ${pg.escapeLiteral(String(userId))}) execute function cut()`);
    await expect(run()).rejects.toThrow(/terminat/);
    await database.query('drop trigger cut on onboarding_sessions; drop function cut');
    return String(userId);
  }

  it('refuses a process of that version once it is carried over, and stores nothing of it', async () => {
    await down();
    await insertUsers();
    // The statement is the one that worked until then.
    await oldProcess(userOf('at the start'));
    await up();
    const before = await database.dump();
    await expect(oldProcess(userOf('in the middle'))).rejects.toMatchObject({ code: '23502', column: 'state' });
    expect(await database.dump()).toEqual(before);
  });

  /** A process of that version that was not stopped completes the step of the website. */
  async function oldProcess(userId: string): Promise<void> {
    const [{ id, revision } = {}] = await database.query(
      'select id, revision::int + 1 as revision from onboarding_sessions where user_id = $1',
      [userId],
    );
    const client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    try {
      await client.query('begin');
      await client.query(`select set_config('app.user_id', $1, true)`, [userId]);
      const [now, steps] = [new Date(), JSON.stringify({ website: completed() })];
      const event = { revision, type: 'step_completed', step: 'website', data: {}, actor: 'user', cause: 'wizard' };
      await client.query(OLD_ADVANCE, [
        ...[userId, id, revision, steps, null, 0, now, null, null, null, null, now],
        JSON.stringify([event]),
      ]);
      await client.query('commit');
    } finally {
      await client.end();
    }
  }
});
