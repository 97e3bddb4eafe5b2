import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testEnvironment } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { TestDatabase } from '../../support/database/database.js';
import { sample } from '../../support/data/samples.js';
import { ServiceProcess } from '../../support/process/service-process.js';

const MANY = 50;

interface SessionRow {
  id: string;
  revision: number;
  steps: Record<string, { status: string; completed_at: string }>;
  completed_at: Date | null;
}

interface EventRow {
  revision: number;
  session_id: string;
  type: string;
  step: string | null;
  data: Record<string, unknown>;
}

type Request = (client: Client) => Promise<Answer>;

const complete =
  (step: number): Request =>
  (client) =>
    client.post(`/step/${step}/complete`, sample(step));
const start: Request = (client) => client.post('/start');
const hardReset: Request = (client) => client.post('/reset?hard=true');
const savePersona: Request = (client) => client.post('/step4/persona-save', { core_persona: { identity: {} } });

describe.each([1, 2])('requests of one user at once, to %i processes on one database', (processes) => {
  let database: TestDatabase;
  let services: ServiceProcess[] = [];
  let users = 0;

  beforeAll(async () => {
    database = await TestDatabase.create();
    // How long they wait for each other is not what this is about.
    const environment = testEnvironment(database.appUrl, { LOG_LEVEL: 'warn', DATABASE_TIMEOUT_MS: '20000' });
    services = await Promise.all(Array.from({ length: processes }, () => ServiceProcess.start(environment)));
  });
  afterAll(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await database.drop();
  });

  /** `MANY` requests at once, the kinds in turn, the processes too. */
  async function atOnce(userId: string, ...kinds: readonly Request[]): Promise<Answer[]> {
    const clients = await Promise.all(services.map((service) => service.as(userId)));
    const turns = Array.from({ length: MANY }, (_, turn) => ({
      kind: kinds[turn % kinds.length] as Request,
      // Each kind reaches each process.
      client: clients[Math.floor(turn / kinds.length) % clients.length] as Client,
    }));
    return Promise.all(turns.map(({ kind, client }) => kind(client)));
  }

  async function sessionsOf(userId: string): Promise<SessionRow[]> {
    return database.query<SessionRow & Record<string, unknown>>(
      `select id, revision::int, steps, completed_at from onboarding_sessions where user_id = $1`,
      [userId],
    );
  }

  async function eventsOf(userId: string): Promise<EventRow[]> {
    return database.query<EventRow & Record<string, unknown>>(
      `select revision::int, session_id, type, step, data from progress_events where user_id = $1 order by revision`,
      [userId],
    );
  }

  /** One session, whose revision is the number of its events, which count from 1 without gaps or repeats. */
  async function expectOneHistory(userId: string): Promise<{ session: SessionRow; events: EventRow[] }> {
    const [session, ...others] = await sessionsOf(userId);
    if (!session) throw new Error(`${userId} has no session`);
    const events = await eventsOf(userId);
    expect(others).toEqual([]);
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => index + 1));
    expect(session.revision).toBe(events.length);
    expect(new Set(events.map(({ session_id }) => session_id))).toEqual(new Set([session.id]));
    expect(events.filter(({ type }) => type === 'onboarding_started').map(({ revision }) => revision)).toEqual([1]);
    return { session, events };
  }

  /** Every process tells the user the same. */
  async function expectOneStory(userId: string): Promise<Answer> {
    const answers = await Promise.all(services.map(async (service) => (await service.as(userId)).get('/init')));
    for (const answer of answers) expect(answer.body).toEqual(answers[0]?.body);
    return answers[0] as Answer;
  }

  const newUser = () => `user-${++users}`;
  const statuses = (answers: readonly Answer[]) => [...new Set(answers.map(({ status }) => status))];

  it('make one session of a new user’s first requests', async () => {
    const userId = newUser();
    const answers = await atOnce(userId, start, complete(2), savePersona);
    expect(statuses(answers)).toEqual([200]);
    const { session, events } = await expectOneHistory(userId);
    const started = answers.filter(({ body }) => body.id !== undefined);
    expect(started).toHaveLength(Math.ceil(MANY / 3));
    expect(new Set(started.map(({ body }) => body.id))).toEqual(new Set([session.id]));
    expect(new Set(started.map(({ body }) => body.started_at)).size).toBe(1);
    expect(events.filter(({ type }) => type === 'step_completed')).toHaveLength(Math.floor((MANY + 1) / 3));
    expect(events.filter(({ type }) => type === 'data_saved')).toHaveLength(Math.floor(MANY / 3));
    await expectOneStory(userId);
  });

  it('make one session of first requests that only start', async () => {
    const userId = newUser();
    const answers = await atOnce(userId, start);
    expect(statuses(answers)).toEqual([200]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const { events } = await expectOneHistory(userId);
    expect(events).toHaveLength(1);
  });

  it('complete the same step, all of them, and the moment of the first stands', async () => {
    const userId = newUser();
    const answers = await atOnce(userId, complete(3));
    expect(statuses(answers)).toEqual([200]);
    const { session, events } = await expectOneHistory(userId);
    expect(events.filter(({ type, step }) => type === 'step_completed' && step === 'research')).toHaveLength(MANY);
    const [{ first } = {}] = await database.query<{ first: Date }>(
      `select occurred_at as first from progress_events where user_id = $1 and type = 'step_completed'
       order by revision limit 1`,
      [userId],
    );
    expect(session.steps['research']?.completed_at).toBe(first?.toISOString());
    const { body } = await expectOneStory(userId);
    expect(body.onboarding.steps[2].data.competitors).toEqual(sample(3).data['competitors']);
  });

  it('complete different steps, then end the onboarding once', async () => {
    const userId = newUser();
    expect(statuses(await atOnce(userId, ...[1, 2, 3, 4, 5].map(complete)))).toEqual([200]);
    const half = await expectOneHistory(userId);
    for (const step of ['api_keys', 'website', 'research', 'personalization', 'integrations']) {
      const ofStep = half.events.filter((event) => event.type === 'step_completed' && event.step === step);
      expect(ofStep).toHaveLength(MANY / 5);
      expect(half.session.steps[step]?.status).toBe('completed');
    }
    const endings = await atOnce(userId, complete(6), (client) => client.post('/complete'));
    expect(statuses(endings)).toEqual([200]);
    const { session, events } = await expectOneHistory(userId);
    expect(events.filter(({ type }) => type === 'onboarding_completed')).toHaveLength(1);
    const times = endings.flatMap(({ body }) => (body.completed_at ? [body.completed_at as string] : []));
    expect(times).toHaveLength(MANY / 2);
    expect(new Set(times)).toEqual(new Set([session.completed_at?.toISOString()]));
    const { body } = await expectOneStory(userId);
    expect(body.onboarding).toMatchObject({ is_completed: true, current_step: 6, completion_percentage: 100 });
  });

  it('come from two wizards: the one that is remembered is that of the last event, and each page is its own', async () => {
    const userId = newUser();
    const six = complete(2);
    const five: Request = (client) => client.post('/step/1/complete', { data: { website: 'https://example.org' } });
    expect(statuses(await atOnce(userId, six, five))).toEqual([200]);
    const { session, events } = await expectOneHistory(userId);
    const changes = events.filter(({ type }) => type === 'flow_changed').map(({ data }) => data);
    const [first] = changes;
    const wizards = [first?.['from'], ...changes.map(({ to }) => to)];
    expect(changes.map(({ from }) => from)).toEqual(wizards.slice(0, -1));
    expect(wizards.length).toBeGreaterThan(1);
    const [{ flow } = {}] = await database.query('select flow from onboarding_sessions where user_id = $1', [userId]);
    expect(flow).toBe(wizards.at(-1));
    expect(Object.keys(session.steps)).toEqual(['website']);
    const { body } = await expectOneStory(userId);
    expect(body.onboarding).toMatchObject({ flow, completion_percentage: 20 });
  });

  it('read one moment while others write', async () => {
    const userId = newUser();
    const read: Request = (client) => client.get('/init');
    const answers = await atOnce(userId, complete(2), read, complete(5), read);
    expect(statuses(answers)).toEqual([200]);
    for (const { body } of answers.filter((answer) => answer.body.onboarding !== undefined)) {
      // Data and progress come from one transaction each: a read sees both or neither.
      for (const step of [1, 4]) {
        const { has_data, status } = body.onboarding.steps[step];
        expect([has_data, status]).toEqual(has_data ? [true, 'completed'] : [false, 'pending']);
      }
    }
    await expectOneHistory(userId);
  });

  it('delete everything or keep a whole when a hard reset meets saves', async () => {
    const children = (await database.tables()).filter((table) => table !== 'onboarding_sessions');
    let whole = 0;
    let gone = 0;
    for (let round = 0; round < 6; round++) {
      const userId = newUser();
      // The last rounds end with a reset, so that both ends are seen.
      const answers = await atOnce(userId, complete(2), hardReset, complete(5), start, savePersona);
      expect(statuses(answers)).toEqual([200]);
      if (round >= 4) expect(statuses(await atOnce(userId, hardReset))).toEqual([200]);
      const [session] = await sessionsOf(userId);
      const rows = new Map<string, number>();
      for (const table of children) {
        const found = await database.query(`select from ${table} where user_id = $1`, [userId]);
        rows.set(table, found.length);
      }
      if (!session) {
        gone++;
        expect([...rows.values()].every((count) => count === 0)).toBe(true);
        continue;
      }
      whole++;
      const { events } = await expectOneHistory(userId);
      const recorded = (type: string, step: string) =>
        events.some((event) => event.type === type && event.step === step) ? 1 : 0;
      expect(rows.get('website_analyses')).toBe(recorded('step_completed', 'website'));
      expect(rows.get('platform_integrations')).toBe(recorded('step_completed', 'integrations'));
      expect(rows.get('persona_data')).toBe(recorded('data_saved', 'personalization'));
      expect(Object.keys(session.steps).sort()).toEqual(
        ['integrations', 'website'].filter((step) => recorded('step_completed', step)),
      );
    }
    expect(gone).toBeGreaterThanOrEqual(2);
    expect(whole + gone).toBe(6);
  });
});
