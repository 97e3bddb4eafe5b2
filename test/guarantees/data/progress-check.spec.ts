import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import {
  Findings,
  ProgressCheck,
  type CheckOptions,
  type Finding,
} from '../../../src/operations/maintenance/progress-check.js';
import { OnboardingProgressService } from '../../../src/onboarding/progress/onboarding-progress.service.js';
import { sample } from '../../support/data/samples.js';
import { TestDatabase } from '../../support/database/database.js';
import { SessionLock } from '../../support/database/session-lock.js';
import { runCommand, type CommandOptions } from '../../support/process/command.js';
import { eventually } from '../../support/process/deadline.js';
import { EmbeddedServices } from '../../support/process/embedded-services.js';
import { TestApp, testEnvironment } from '../../support/service/app.js';
import type { Client } from '../../support/service/client.js';

const FINDINGS: readonly Finding[] = ['same', 'differs', 'mended', 'incomplete'];

async function withOwner<T>({ ownerUrl }: { readonly ownerUrl: string }, use: (owner: pg.Client) => Promise<T>) {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    return await use(owner);
  } finally {
    await owner.end();
  }
}

/** The users of each finding. */
async function checkOver(owner: pg.Client, options: CheckOptions) {
  const findings = new Findings('');
  expect(await new ProgressCheck(owner, options).run(findings, () => undefined)).toBe(true);
  const found = FINDINGS.map((finding) => [finding, findings.of(finding)] as const);
  return Object.fromEntries(found.filter(([, { count }]) => count > 0).map(([finding, { ids }]) => [finding, ids]));
}

const check = (database: TestDatabase, options: CheckOptions) =>
  withOwner(database, (owner) => checkOver(owner, options));

/** Each row of all users but one, with the transaction that wrote it last. */
async function rowsOfOthers(database: TestDatabase, userId = ''): Promise<Record<string, unknown[]>> {
  const rows: Record<string, unknown[]> = {};
  for (const table of await database.tables()) {
    rows[table] = await database.query(
      `select xmin::text, to_jsonb(t) as row from ${table} t where user_id <> $1 order by to_jsonb(t)::text`,
      [userId],
    );
  }
  return rows;
}

interface SessionRow {
  readonly revision: string;
  readonly updated_at: Date;
}

async function sessionOf(database: TestDatabase, userId: string): Promise<SessionRow> {
  const [row] = await database.query<SessionRow & pg.QueryResultRow>(
    'select * from onboarding_sessions where user_id = $1',
    [userId],
  );
  return row as SessionRow;
}

async function done(answer: ReturnType<Client['get']>) {
  const { status, body } = await answer;
  expect([status, body]).toEqual([200, expect.anything()]);

  return body;
}

/** A user of whom each column of the state has a value: the time of the completion, or the step that the user has gone to. */
async function fullUser(app: TestApp, userId: string, { isOver = true } = {}): Promise<Client> {
  const user = await app.as(userId);
  const service = app.nest.get(OnboardingProgressService);
  await done(user.post('/step/2/complete', { data: { ...sample(2).data, onboarding_type: 'linkedin' } }));
  for (const step of [3, 4]) await done(user.post(`/step/${step}/complete`, sample(step)));
  if (isOver) await done(user.post('/complete', undefined, { 'onboarding-flow': 'four' }));
  else await service.updateStep(userId, 5);
  await service.updateProgress(userId, 77.5);
  const progress = await service.forUser(userId);
  await progress.markStepFailed(3, 'It failed.');
  await progress.markStepFailed(3, 'It failed again.');
  return user;
}

describe('a session that was changed behind the service’s back', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
    for (const userId of ['bystander', 'zoe']) await fullUser(app, userId);
  });
  afterAll(() => app.stop());

  it.each([
    ['steps', `steps = steps - 'website'`],
    ['the status of a step', `steps = jsonb_set(steps, '{website,status}', '"pending"')`],
    ['the time of a step', `steps = jsonb_set(steps, '{website,completed_at}', '"2020-01-01T00:00:00.000Z"')`],
    ['a member of a step', `steps = jsonb_set(steps, '{website,note}', '"x"')`],
    ['an unknown step', `steps = steps || '{"later": {"status": "completed", "completed_at": null}}'`],
    ['the current step', `current_step = 'research'`],
    ['the step that the user has gone to', `current_step = null`],
    ['the percentage', `percentage_floor = 77.51`],
    ['the start', `started_at = started_at - interval '1 ms'`],
    ['the completion', `completed_at = null`],
    ['its time', `completed_at = completed_at + interval '1 day'`],
    ['the wizard', `flow = 'six'`],
    ['an unknown wizard', `flow = 'later'`],
    ['how the wizard is known', `flow_source = case flow_source when 'learnt' then 'explicit' else 'learnt' end`],
    ['what is onboarded', `onboarding_type = null`],
    ['all validation errors', `validation_errors = '{}'`],
    ['one validation error', `validation_errors = jsonb_set(validation_errors, '{research,0}', '"Another."')`],
    ['validation errors of another step', `validation_errors = validation_errors || '{"website": ["More."]}'`],
    ['the revision', `revision = revision - 1`],
    ['the revision, by far', `revision = 0`],
    ['all of it', `steps = '{}', current_step = 'website', flow = null, flow_source = null, revision = 2`],
  ])('is found and mended: %s', async (what, change) => {
    const userId = `changed: ${what}`;
    const user = await fullUser(app, userId, { isOver: !what.startsWith('the step') });
    const { database } = app;
    const init = await done(user.get('/init'));
    const before = await sessionOf(database, userId);
    const others = await rowsOfOthers(database, userId);
    const documents = await database.query('select xmin::text from website_analyses where user_id = $1', [userId]);
    await database.query(`update onboarding_sessions set ${change} where user_id = $1`, [userId]);
    const changed = await database.dump();

    expect(await check(database, { repair: false })).toMatchObject({ differs: [userId] });
    expect(await database.dump()).toEqual(changed);

    expect(await check(database, { repair: true })).toMatchObject({ mended: [userId] });
    const after = await sessionOf(database, userId);
    const revision = Number(before.revision) + 1;
    expect(after).toEqual({ ...before, revision: String(revision), updated_at: after.updated_at });
    expect(after.updated_at.getTime()).toBeGreaterThan(before.updated_at.getTime());
    expect(await rowsOfOthers(database, userId)).toEqual(others);
    expect(await database.query('select xmin::text from website_analyses where user_id = $1', [userId])).toEqual(
      documents,
    );

    const { last_updated: _, ...onboarding } = init.onboarding;
    expect((await done(user.get('/init'))).onboarding).toMatchObject(onboarding);
    const { items } = await done(user.get('/history'));
    expect(items[0]).toMatchObject({
      position: expect.stringMatching(new RegExp(`^${revision}\\.`)),
      type: 'progress_repaired',
      actor: 'system',
      cause: 'repair',
      data: {},
      documents: [],
    });
    expect(items[1].type).toBe('step_failed');

    const mended = await database.dump();
    const again = await check(database, { repair: true });
    expect(Object.keys(again)).toEqual(['same']);
    expect(await database.dump()).toEqual(mended);
    await done(user.post('/business-info', { business_description: 'Bread for the town' }));
    expect(await check(database, { repair: false })).toEqual({ same: again['same'] });
    await database.query('delete from onboarding_sessions where user_id = $1', [userId]);
  });
});

describe('events', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
    await fullUser(app, 'bystander');
  });
  afterAll(() => app.stop());

  const LAST = '(select max(revision) from progress_events where user_id = $1)';

  it.each([
    ['missing at the start', `delete from progress_events where user_id = $1 and revision = 1`],
    ['missing in the middle', `delete from progress_events where user_id = $1 and revision in (3, 4)`],
    ['missing at the end', `delete from progress_events where user_id = $1 and revision = ${LAST}`],
    ['missing, all of them', `delete from progress_events where user_id = $1`],
    [
      'of which the last one states nothing',
      `update progress_events set state = '{}' where user_id = $1 and revision = ${LAST}`,
    ],
    [
      'that do not reach the session’s revision',
      `update onboarding_sessions set revision = revision + 1 where user_id = $1`,
    ],
    ['of which one is before the first', `update progress_events set revision = 0 where user_id = $1 and revision = 2`],
  ])('are reported, and nothing is repaired from them: %s', async (what, loss) => {
    const userId = `lost: ${what}`;
    await fullUser(app, userId);
    const { database } = app;
    await database.query(loss, [userId]);
    for (const change of [`steps = steps`, `steps = '{}', percentage_floor = 1`]) {
      await database.query(`update onboarding_sessions set ${change} where user_id = $1`, [userId]);
      const rows = await rowsOfOthers(database);
      const options = [{ repair: false }, { repair: true }];
      for (const option of options) {
        expect(await check(database, option)).toEqual({ same: ['bystander'], incomplete: [userId] });
      }
      expect(await rowsOfOthers(database)).toEqual(rows);
    }
    await database.query('delete from onboarding_sessions where user_id = $1', [userId]);
  });

  it('that state what no session can be are reported by a repair, which goes on with the next user', async () => {
    const { database } = app;
    for (const userId of ['wrong', 'wrong too', 'x']) await fullUser(app, userId);
    const change = (userId: string, state: string) =>
      database.query(
        `update progress_events set state = ${state} where user_id = $1
         and revision = (select max(revision) from progress_events where user_id = $1)`,
        [userId],
      );
    await change('wrong', `'{"steps": 5, "started_at": "never"}'`);
    await change('wrong too', `state - 'started_at'`);
    await database.query(`update onboarding_sessions set steps = '{}' where user_id = 'x'`);
    const rows = await rowsOfOthers(database, 'x');
    expect(await check(database, { repair: false })).toEqual({
      same: ['bystander'],
      differs: ['wrong', 'wrong too', 'x'],
    });
    const found = { same: ['bystander'], incomplete: ['wrong', 'wrong too'], mended: ['x'] };
    expect(await check(database, { repair: true })).toEqual(found);
    expect(await rowsOfOthers(database, 'x')).toEqual(rows);
    await database.query(`delete from onboarding_sessions where user_id <> 'bystander'`);
  });

  it('from before progress was stated are enough if the last one states it', async () => {
    const { database } = app;
    await fullUser(app, 'old');
    await database.query(`update progress_events set state = '{}' where user_id = 'old' and revision < 4`);
    await database.query(`update onboarding_sessions set percentage_floor = 5 where user_id = 'old'`);
    expect(await check(database, { repair: true })).toEqual({ same: ['bystander'], mended: ['old'] });
    await database.query(`delete from onboarding_sessions where user_id = 'old'`);
  });
});

/** Users who work on their onboarding without a pause. */
class Writers {
  readonly wrong: unknown[] = [];
  rounds = 0;
  #isStopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(private readonly app: TestApp) {}

  start(users: readonly string[]): void {
    this.#running = Promise.all(users.map((userId) => this.#write(userId)));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #write(userId: string): Promise<void> {
    const user = await this.app.as(userId);
    for (let round = 1; !this.#isStopped; round++) {
      const paths = ['/step/4/skip', '/step/2/complete', '/step/3/complete', '/complete', '/reset'];
      if (round % 5 === 0) paths.unshift('/reset?hard=true');
      for (const path of paths) {
        const body = path.endsWith('complete') && path.startsWith('/step') ? sample(Number(path[6])) : undefined;
        const { status, text } = await user.post(path, body);
        // A 400 is an answer, too: a step that is required is not finished.
        if (status >= 500) this.wrong.push([userId, path, status, text]);
      }
      this.rounds += 1;
    }
  }
}

describe('next to a service that serves', () => {
  let app: TestApp;
  const users = Array.from({ length: 6 }, (_, n) => `writer-${n}`);

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());
  beforeEach(() => app.database.query('delete from onboarding_sessions'));

  const repairs = () => app.database.query(`select from progress_events where type = 'progress_repaired'`);

  it('a check and a repair take no change at the same time for a difference', async () => {
    const writers = new Writers(app);
    writers.start(users);
    let checks = 0;
    try {
      while (writers.rounds < 30 || checks < 30) {
        const found = await check(app.database, { repair: checks++ % 2 === 0 });
        expect(Object.keys(found).filter((finding) => finding !== 'same')).toEqual([]);
      }
    } finally {
      await writers.stop();
    }
    expect(writers.wrong).toEqual([]);
    expect(await repairs()).toEqual([]);
  });

  it('a repair of users who go on writing leaves each of them as their events say, and fails none of their requests', async () => {
    const change = `update onboarding_sessions set percentage_floor = 99, flow = 'later', flow_source = 'learnt'`;
    const writers = new Writers(app);
    writers.start(users);
    let repaired = 0;
    await withOwner(app.database, async (owner) => {
      try {
        // The next write may come first, and make what was changed the user's progress.
        while (writers.rounds < 30 || repaired === 0) {
          await owner.query(change);
          const found = await checkOver(owner, { repair: true });
          expect(Object.keys(found)).not.toContain('incomplete');
          repaired += found['mended']?.length ?? 0;
        }
      } finally {
        await writers.stop();
      }
    });
    expect(writers.wrong).toEqual([]);
    expect(await check(app.database, { repair: true })).not.toHaveProperty('incomplete');
    expect(await check(app.database, { repair: false })).toEqual({ same: users });
  });

  it('a repair compares again behind the lock: who was mended or deleted meanwhile stays as they are', async () => {
    const { database } = app;
    for (const userId of ['deleted', 'mended']) await fullUser(app, userId);
    await database.query('update onboarding_sessions set percentage_floor = 1');
    const found = await withOwner(database, async (other) => {
      await other.query('begin');
      await other.query(`delete from onboarding_sessions where user_id = 'deleted'`);
      await other.query(`update onboarding_sessions set percentage_floor = 77.5 where user_id = 'mended'`);
      const found = check(database, { repair: true });
      await eventually('the repair waits for the lock', async () => {
        const [row] = await database.query<{ waiting: boolean }>(
          `select exists (select from pg_locks join pg_stat_activity using (pid)
                          where not granted and datname = current_database()) as waiting`,
        );
        return row?.waiting === true;
      });
      await other.query('commit');
      return found;
    });
    expect(found).toEqual({ same: ['mended'] });
    expect(await repairs()).toEqual([]);
  });
});

/** Users with one event each. */
async function seed(database: TestDatabase, users: readonly string[]): Promise<void> {
  await database.query(
    `insert into onboarding_sessions (user_id, id, revision, started_at, updated_at)
     select user_id, gen_random_uuid(), 1, '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z' from unnest($1::text[]) as u (user_id)`,
    [users],
  );
  await database.query(
    `insert into progress_events (user_id, session_id, revision, type, state, actor, occurred_at)
     select user_id, id, 1, 'onboarding_started',
            '{"steps": {}, "current_step": null, "percentage_floor": 0, "started_at": "2026-01-01T00:00:00.000Z", "completed_at": null, "flow": null, "flow_source": null, "onboarding_type": null}',
            'user', updated_at
     from onboarding_sessions`,
  );
}

const numbered = (count: number) => Array.from({ length: count }, (_, n) => `user ${String(n).padStart(5, '0')}`);

describe('npm run progress:check', () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(() => database.drop());
  beforeEach(() => database.query('delete from onboarding_sessions'));

  async function run(args: readonly string[], meanwhile?: CommandOptions['meanwhile']) {
    const environment = testEnvironment(database.appUrl, { DATABASE_MIGRATION_URL: database.ownerUrl });
    const end = await runCommand('cli/check-progress', environment, { args, ...(meanwhile && { meanwhile }) });
    return { ...end, lines: end.stdout.trim().split('\n') };
  }

  const change = (...users: string[]) =>
    database.query('update onboarding_sessions set percentage_floor = 5 where user_id = any($1)', [users]);

  it('says what it has found, mends it, and then finds nothing to do', async () => {
    const users = numbered(1100);
    await seed(database, users);
    const changed = [...users.slice(0, 20), ...users.slice(498, 502), users[1099] ?? ''];
    await change(...changed);
    const ids = users.slice(0, 20).map((userId) => JSON.stringify(userId));

    const first = await run([]);
    expect([first.code, first.lines]).toEqual([
      1,
      [
        '1100 users were checked: 1075 as their events say, 25 not as their events say.',
        `Users not as their events say: ${ids.join(', ')}, and 5 more`,
      ],
    ]);
    expect(first.stderr).toContain('1100 of 1100 users');
    expect(first.stderr).toMatch(/\nMend sessions from their events: npm run progress:check -- --repair\n$/);

    const repair = await run(['--repair']);
    expect([repair.code, repair.lines]).toEqual([
      0,
      [
        '1100 users were checked: 1075 as their events say, 25 mended.',
        `Users mended: ${ids.join(', ')}, and 5 more`,
        'Nothing is left to do.',
      ],
    ]);
    for (const again of await Promise.all([run([]), run(['--repair'])])) {
      expect([again.code, again.lines]).toEqual([
        0,
        ['1100 users were checked: 1100 as their events say.', 'Nothing is left to do.'],
      ]);
    }
    const mended = await database.query<{ user_id: string }>(
      `select user_id from progress_events where type = 'progress_repaired' order by user_id`,
    );
    expect(mended.map(({ user_id }) => user_id)).toEqual(changed);
  });

  it('fails as long as events are missing', async () => {
    await seed(database, numbered(3));
    const [gap = '', other = ''] = numbered(3);
    await database.query('delete from progress_events where user_id = $1', [gap]);
    await change(gap, other);
    const { code, lines, stderr } = await run(['--repair']);
    expect([code, lines]).toEqual([
      1,
      [
        '3 users were checked: 1 as their events say, 1 mended, 1 with events missing.',
        `Users mended: "${other}"`,
        `Users with events missing: "${gap}"`,
      ],
    ]);
    expect(stderr).toMatch(
      /\nNothing is mended from events that are not complete: bring the missing ones back from a backup\.\n$/,
    );
  });

  it('goes on after a user', async () => {
    await seed(database, numbered(3));
    const [first = '', second = '', third = ''] = numbered(3);
    await change(first, third);
    const after = ['--after', second];
    expect((await run([...after])).lines).toEqual([
      '1 users were checked: 0 as their events say, 1 not as their events say.',
      `Users not as their events say: "${third}"`,
    ]);
    expect((await run(['--repair', ...after])).code).toBe(0);
    expect((await run([])).lines).toEqual([
      '3 users were checked: 2 as their events say, 1 not as their events say.',
      `Users not as their events say: "${first}"`,
    ]);
    expect((await run([`--after=${third}`])).lines[0]).toBe('0 users were checked: 0 as their events say.');
  });

  /** Runs a repair of two users who differ, and cuts it off while it waits for the first of them. */
  async function cutOff(cut: (signal: (name: NodeJS.Signals) => void) => unknown) {
    await seed(database, ["o'hara", 'pat', 'quinn']);
    await change('pat', 'quinn');
    const lock = await SessionLock.take(database.ownerUrl);
    return run(['--repair'], async (signal) => {
      await eventually('the repair waits for the lock', async () => (await lock.waiting()) > 0);
      await cut(signal);
      await lock.release();
    });
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('stops at %s after the user at hand, and says how to go on', async (name) => {
    const { code, lines, stderr } = await cutOff((signal) => signal(name));
    expect([code, lines]).toEqual([
      1,
      ['2 users were checked: 1 as their events say, 1 mended.', 'Users mended: "pat"'],
    ]);
    expect(stderr).toMatch(/Stopped\. Go on with: npm run progress:check -- --repair --after='pat'\n$/);
    expect((await run(['--repair', '--after=pat'])).lines).toEqual([
      '1 users were checked: 0 as their events say, 1 mended.',
      'Users mended: "quinn"',
      'Nothing is left to do.',
    ]);
  });

  it('says how to go on when it loses the connection', async () => {
    const { code, lines, stderr } = await cutOff(() =>
      database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'onboarding-start' and datname = current_database()`,
      ),
    );
    expect([code, lines]).toEqual([1, ['1 users were checked: 1 as their events say.']]);
    expect(stderr).toContain('DATABASE_MIGRATION_URL: PostgreSQL cannot be reached (');
    expect(stderr).toContain(String.raw` Go on with: npm run progress:check -- --repair --after='o'\''hara'`);
    const again = await run(['--repair', `--after=o'hara`]);
    expect([again.code, again.lines[0]]).toEqual([0, '2 users were checked: 0 as their events say, 2 mended.']);
  });

  it('refuses arguments that it does not know with a line', async () => {
    const wrong = [['--mend'], ['--repair=yes'], ['--after'], ['alice'], ['--after', '--repair']];
    const ends = await Promise.all(wrong.map((args) => run(args)));
    const usage = 'Usage: npm run progress:check -- [--repair] [--after=<user id>]\n';
    expect(ends.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual(wrong.map(() => [1, '', usage]));
  });

  it('needs the connection of the owner', async () => {
    const { code, stderr } = await runCommand('cli/check-progress', testEnvironment(database.appUrl));
    expect([code, stderr]).toEqual([1, 'DATABASE_MIGRATION_URL must name the connection of the schema’s owner.\n']);
  });

  it('mends in the embedded database, next to the service that runs on it', async () => {
    const services = new EmbeddedServices();
    try {
      const service = await services.start();
      const alice = await service.as('alice');
      await done(alice.post('/step/2/complete', sample(2)));
      const before = await done(alice.get('/progress'));
      const secrets = JSON.parse(readFileSync(services.path('secrets.json'), 'utf8')) as Secrets;
      const ownerUrl = `postgres://onboarding_owner:${secrets.databasePasswords.owner}@127.0.0.1:${services.server().port}/onboarding`;
      await withOwner({ ownerUrl }, (owner) => owner.query(`update onboarding_sessions set steps = '{}'`));
      expect(await done(alice.get('/progress'))).not.toEqual(before);
      const { code, stdout } = await runCommand(
        'cli/check-progress',
        { DATA_DIR: services.dataDirectory },
        { args: ['--repair'] },
      );
      expect([code, stdout]).toEqual([0, expect.stringContaining('Users mended: "alice"\nNothing is left to do.\n')]);
      expect(await done(alice.get('/progress'))).toEqual({ ...before, last_updated: expect.anything() });
      await done(alice.post('/step/4/skip'));
    } finally {
      await services.remove();
    }
  });
});

interface Secrets {
  readonly databasePasswords: { readonly owner: string };
}
