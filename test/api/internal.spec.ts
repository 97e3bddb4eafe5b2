import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseUnavailable } from '../../src/storage/wire/wire.problems.js';
import { OnboardingDatabaseService } from '../../src/onboarding/database/onboarding-database.service.js';
import { UserDatabase } from '../../src/onboarding/database/user-database.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { LOOK_ALIKES } from '../support/data/look-alikes.js';
import { expectProblem } from '../support/service/problems.js';
import { sample } from '../support/data/samples.js';

const SUBJECTS = ['ai-inputs', 'status', 'profile'];

interface Access {
  readonly user_id: string;
  readonly session_id: string | null;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly occurred_at: Date;
}

describe('reads of services in a user’s name', () => {
  let app: TestApp;
  let service: Client;

  beforeAll(async () => {
    app = await TestApp.start();
    service = await app.as('writer-service', { scope: 'onboarding:read' });
  });
  afterAll(() => app.stop());

  const read = (userId: string, subject: string, by: Client = service) =>
    by.get(`/internal/users/${encodeURIComponent(userId)}/${subject}`);

  const accesses = (userId: string) =>
    app.database.query<Access & Record<string, unknown>>(
      'select * from access_events where user_id = $1 order by occurred_at, id',
      [userId],
    );
  const accessesOfAll = async () =>
    Number((await app.database.query<{ n: string }>('select count(*) as n from access_events'))[0]?.n);

  it('answer what the user would see', async () => {
    const user = await app.as('alice');
    for (const step of [1, 2, 3, 4, 5]) {
      expect((await user.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
    }
    const own: Readonly<Record<string, unknown>> = {
      'ai-inputs': (await user.get('/ai-inputs')).body,
      status: (await user.get('/status')).body,
      profile: (await user.get('/summary')).body.canonical_profile,
    };
    expect(Object.keys(own)).toEqual(SUBJECTS);
    for (const subject of SUBJECTS) {
      const { status, body } = await read('alice', subject);
      expect([subject, status, body]).toEqual([subject, 200, own[subject]]);
    }
  });

  it('are recorded: who read what of whom, and when; nothing else is written', async () => {
    const user = await app.as('recorded');
    expect((await user.post('/step/2/complete', sample(2))).status).toBe(200);
    const { access_events: none, ...before } = await app.database.dump();
    const [session] = await app.database.query<{ id: string }>(
      `select id from onboarding_sessions where user_id = 'recorded'`,
    );
    const started = new Date();
    for (const subject of SUBJECTS) expect((await read('recorded', subject)).status).toBe(200);
    const ended = new Date();
    const recorded = await accesses('recorded');
    expect(recorded).toEqual(
      SUBJECTS.map((subject) => ({
        user_id: 'recorded',
        id: expect.any(String),
        session_id: session?.id,
        actor: 'writer-service',
        action: 'onboarding_read',
        subject,
        occurred_at: expect.any(Date),
      })),
    );
    for (const { occurred_at } of recorded) {
      expect(occurred_at.getTime()).toBeGreaterThanOrEqual(started.getTime());
      expect(occurred_at.getTime()).toBeLessThanOrEqual(ended.getTime());
    }
    // The revision too: it is the session's.
    const { access_events: some, ...after } = await app.database.dump();
    expect(after).toEqual(before);
    expect(some).toHaveLength((none?.length ?? 0) + SUBJECTS.length);
  });

  it('of a user who has saved nothing answer what the user would see, are recorded, and start nothing', async () => {
    for (const subject of SUBJECTS) expect((await read('nobody', subject)).status).toBe(200);
    expect((await read('nobody', 'status')).body).toMatchObject({ current_step: 1, started_at: null });
    expect((await accesses('nobody')).map(({ subject, session_id }) => [subject, session_id])).toEqual([
      ...[...SUBJECTS, 'status'].map((subject) => [subject, null]),
    ]);
    expect(await app.database.query(`select from onboarding_sessions where user_id = 'nobody'`)).toEqual([]);
  });

  it.each([
    ['a scope among others', { scope: 'profile onboarding:read email' }],
    ['a list of scopes', { scopes: ['onboarding:read'] }],
    ['a list under the other claim', { scope: ['email', 'onboarding:read'] }],
  ])('need the scope: %s', async (_, claims) => {
    expect((await read('alice', 'status', await app.as('scoped', claims))).status).toBe(200);
  });

  it.each([
    ['none', {}],
    ['another', { scope: 'onboarding:write' }],
    ['a longer one', { scope: 'onboarding:readers onboarding:read:all xonboarding:read' }],
    ['a shorter one', { scope: 'onboarding read' }],
    ['another case', { scope: 'Onboarding:Read' }],
    ['another separator', { scope: 'email,onboarding:read' }],
    ['no text', { scope: { 'onboarding:read': true }, scopes: [['onboarding:read']] }],
    ['another claim', { roles: ['onboarding:read'], permissions: 'onboarding:read' }],
  ])('are not there for a token with %s, the user’s own too, and are not recorded', async (_, claims) => {
    const before = await accessesOfAll();
    for (const userId of ['alice', 'bob']) {
      for (const caller of [await app.as('other', claims), await app.as(userId, claims)]) {
        for (const subject of SUBJECTS) expectProblem(await read(userId, subject, caller), 404, [userId, subject]);
      }
    }
    expect(await accessesOfAll()).toBe(before);
  });

  it('need a token', async () => {
    const before = await accessesOfAll();
    for (const subject of SUBJECTS) {
      const answer = await read('alice', subject, app.anonymous());
      expectProblem(answer, 401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(await accessesOfAll()).toBe(before);
  });

  it('are of exactly the user in the path, whatever the id', async () => {
    const database = app.nest.get(OnboardingDatabaseService);
    const users = ['alice', ...LOOK_ALIKES];
    expect(users.length).toBeGreaterThan(60);
    expect(new Set(users).size).toBe(users.length);
    const before = (await accesses('alice')).length;
    const percentages = new Map(users.map((userId, index) => [userId, index + 0.25]));
    for (const [userId, percentage] of percentages) await database.updateProgress(userId, percentage);
    const alice = (await database.getOnboardingStatus('alice')).completion_percentage;
    for (const [userId, percentage] of percentages) {
      const { status, body } = await read(userId, 'status');
      const expected = userId === 'alice' ? alice : percentage;
      expect([userId, status, body.completion_percentage]).toEqual([userId, 200, expected]);
    }
    for (const userId of users) {
      const recorded = await accesses(userId);
      expect([userId, recorded.length]).toEqual([userId, userId === 'alice' ? before + 1 : 1]);
    }
  });

  it.each([
    ['256 characters', 'x'.repeat(256)],
    ['256 characters of four bytes', encodeURIComponent('\u{1F600}'.repeat(256))],
    ['no characters', ''],
    ['a NUL character', 'alice%00'],
    ['bytes that are no UTF-8', '%ff%fe'],
    ['a lone surrogate', '%ED%A0%80'],
    ['half an escape', 'alice%4'],
    ['no escape', '%zz'],
    ['another path', 'alice/more'],
    ['as many as a parameter may have', 'x'.repeat(4096)],
  ])('are not there for what cannot be a user id: %s', async (_, path) => {
    const before = await accessesOfAll();
    for (const subject of SUBJECTS) {
      expectProblem(await service.get(`/internal/users/${path}/${subject}`), 404, subject);
    }
    expect(await accessesOfAll()).toBe(before);
  });

  it('reach nothing else, and cannot write', async () => {
    const before = await app.database.dump();
    for (const subject of ['', 'api-keys', 'init', 'summary', 'constructor']) {
      expectProblem(await read('alice', subject), 404, subject);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      for (const subject of SUBJECTS) {
        const answer = await service.send(method, `/internal/users/alice/${subject}`, '{}');
        expect([method, subject, answer.status]).toEqual([method, subject, 404]);
      }
    }
    expect(await app.database.dump()).toEqual(before);
  });

  it('hold no key material', async () => {
    const keys = sample(1).data['api_keys'] as Record<string, string>;
    for (const subject of SUBJECTS) {
      const { text } = await read('alice', subject);
      for (const key of Object.values(keys)) expect(text).not.toContain(key.slice(0, -4));
    }
  });

  it('that cannot be recorded are not answered', async () => {
    const database = app.nest.get(UserDatabase);
    const write = database.writeForUser.bind(database);
    database.writeForUser = () => Promise.reject(new DatabaseUnavailable(new Error('away')));
    try {
      for (const subject of SUBJECTS) expectProblem(await read('alice', subject), 503, subject);
    } finally {
      database.writeForUser = write;
    }
    expect((await read('alice', 'status')).status).toBe(200);
  });
});
