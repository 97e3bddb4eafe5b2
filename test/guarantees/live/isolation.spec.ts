import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerMessage } from '../../../src/onboarding/live/live.contract.js';
import { LOOK_ALIKES } from '../../support/data/look-alikes.js';
import { truthOf } from '../../support/live/follower.js';
import { TestSocket } from '../../support/live/test-socket.js';
import { TestStream } from '../../support/live/test-stream.js';
import { eventually, within } from '../../support/process/deadline.js';
import { TestApp } from '../../support/service/app.js';
import type { Client } from '../../support/service/client.js';
import { done } from '../../support/service/done.js';
import { now } from '../../support/service/signed-tokens.js';
import { token } from '../../support/service/tokens.js';
import { Random } from '../../torture/random.js';

/** A change each time. */
const WEBSITE = { data: { website: 'example.com' } };

const SEED = Date.now() % 1_000_000;

/** Ids that are easily taken for each other. */
const USERS = [...LOOK_ALIKES, ...Array.from({ length: 200 - LOOK_ALIKES.length }, (_, n) => `alice${n}`)];

/** Tokens may be older than they say by so many seconds, since clocks differ. */
const TOLERANCE = 5;

let app: TestApp;

beforeAll(async () => {
  app = await TestApp.start({ environment: { DATABASE_POOL_SIZE: '4' } });
});
afterAll(() => app.stop());

const SESSION = /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g;

/** The sessions that messages name. */
const sessionsIn = (messages: readonly ServerMessage[]) => new Set(JSON.stringify(messages).match(SESSION));

const eventsIn = (messages: readonly ServerMessage[]) =>
  messages.flatMap((message) =>
    message.type === 'event'
      ? [[message.event.position, message.event.type, Date.parse(message.event.occurred_at)]]
      : [],
  );

const skip = (user: Client, step = 5) => done(user.post(`/step/${step}/skip`));
const open = (user: string, claims = {}) => TestSocket.open(app.url, { user, claims, query: { after: '0' } });

describe('200 users with ids that look alike', () => {
  it('are each told of their own onboarding and of nobody else’s, through both doors', async () => {
    expect(new Set(USERS).size).toBe(200);
    const random = new Random(SEED);
    const clients = new Map(await Promise.all(USERS.map(async (user) => [user, await app.as(user)] as const)));
    const doors = await Promise.all(
      USERS.flatMap((user) => [open(user), TestStream.open(app.url, { user, query: { after: '0' } })]),
    );
    // So many for each user that the table tells them apart, in an order that mixes them.
    const writes = USERS.flatMap((user, index) => Array.from({ length: 1 + (index % 4) }, () => user));
    const work = [...writes].map(() => random.draw(writes)).values();
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (const user of work) await done((clients.get(user) as Client).post('/step/2/complete', WEBSITE));
      }),
    );
    const truth = await truthOf(USERS, (text) => app.database.query(text));
    const rows = await app.database.query<{ id: string; user_id: string }>(
      'select id, user_id from onboarding_sessions',
    );
    const sessions = new Map(rows.map(({ id, user_id }) => [user_id, id]));
    expect(sessions.size).toBe(200);
    for (const [index, door] of doors.entries()) {
      const user = USERS[Math.floor(index / 2)] as string;
      const { position, events } = truth.get(user) as NonNullable<ReturnType<typeof truth.get>>;
      const session = sessions.get(user) as string;
      await eventually(`${JSON.stringify(user)} knows everything`, () => door.messages.at(-1)?.position === position);
      door.inbox.check();
      expect([SEED, user, sessionsIn(door.messages)]).toEqual([SEED, user, new Set([session])]);
      const expected = events.map(({ revision, type, at }) => [`${revision}.${session}`, type, at]);
      expect([user, eventsIn(door.messages)]).toEqual([user, expected]);
    }
    await Promise.all(doors.map((door) => door.close()));
  });
});

describe('a socket', () => {
  it('stays open beyond its token’s end when another token of its user comes', async () => {
    const user = await app.as('renews');
    const exp = now() - TOLERANCE + 2;
    const socket = await open('renews', { exp });
    await socket.next('live');
    socket.send({ type: 'authenticate', token: await token('renews') });
    await eventually('the first token has expired', () => Date.now() > (exp + TOLERANCE + 2) * 1000);
    await skip(user);
    await socket.next('event');
    await socket.close();
  });

  it('ends when a token that came later expires, though an earlier one would hold for longer', async () => {
    const socket = await open('shortens');
    await socket.next('live');
    socket.send({ type: 'authenticate', token: await token('shortens', { exp: now() - TOLERANCE + 2 }) });
    expect((await socket.end()).code).toBe(4401);
  });

  it.each<[string, () => Promise<string>]>([
    ['an expired', () => token('late', { exp: now() - 60 })],
    ['a forged', async () => `${(await token('late')).slice(0, -4)}AAAA`],
  ])('ends when %s token comes, and nothing is told after that', async (_what, bad) => {
    const user = await app.as('late');
    const socket = await open('late');
    await eventually('it is live', () => socket.messages.some(({ type }) => type === 'live'));
    socket.send({ type: 'authenticate', token: await bad() });
    const { code } = await within('it ends', socket.closed);
    expect(code).toBe(4401);
    const count = socket.messages.length;
    await skip(user);
    expect(socket.messages).toHaveLength(count);
    expect(socket.messages.at(-1)).toMatchObject({ type: 'error', problem: { status: 401 } });
  });

  it('ends when the token of another user comes, and nothing of either is told after that', async () => {
    const [mine, theirs] = await Promise.all([app.as('mine'), app.as('theirs')]);
    await Promise.all([skip(mine), skip(theirs)]);
    const socket = await open('mine');
    await socket.next('event');
    await socket.next('event');
    await socket.next('live');
    // Both are busy while it changes hands.
    const writes = Promise.all([4, 5, 4, 5].flatMap((step) => [skip(mine, step), skip(theirs, step)]));
    socket.send({ type: 'authenticate', token: await token('theirs') });
    socket.send({ type: 'resume', after: '0' });
    expect((await within('it ends', socket.closed)).code).toBe(4403);
    await writes;
    const [{ id }] = (await app.database.query<{ id: string }>(
      `select id from onboarding_sessions where user_id = 'mine'`,
    )) as [{ id: string }];
    expect(sessionsIn(socket.messages)).toEqual(new Set([id]));
    expect(socket.messages.filter(({ type }) => type === 'error')).toHaveLength(1);
    expect(socket.messages.at(-1)).toMatchObject({ type: 'error', problem: { status: 403 } });
  });

  it('of another user’s position is told of its own onboarding alone', async () => {
    const [mine, theirs] = await Promise.all([app.as('a'), app.as('A')]);
    await Promise.all([skip(mine), skip(theirs)]);
    const position = (await theirs.get('/status')).headers.get('etag')?.slice(1, -1) ?? '';
    const own = (await mine.get('/status')).headers.get('etag')?.slice(1, -1) ?? '';
    const socket = await TestSocket.open(app.url, { user: 'a', query: { after: `1.${position.slice(2)}` } });
    const stream = await TestStream.open(app.url, { user: 'a', headers: { 'last-event-id': position } });
    for (const door of [socket, stream]) {
      expect(await door.next('snapshot')).toMatchObject({ reason: 'reset', position: own });
      await door.next('live');
      await door.close();
      expect(sessionsIn(door.messages)).toEqual(new Set([own.slice(2)]));
    }
  });

  it.each(['socket', 'stream'])('or a stream whose token has expired is told nothing more: a %s', async (door) => {
    const user = await app.as(`expires ${door}`);
    const exp = now() - TOLERANCE + 2;
    const options = { user: `expires ${door}`, claims: { exp } };
    const client =
      door === 'socket' ? await TestSocket.open(app.url, options) : await TestStream.open(app.url, options);
    let isOver = false;
    const ended = (client instanceof TestSocket ? client.closed : client.ended).then(() => (isOver = true));
    while (!isOver) await done(user.post('/step/2/complete', WEBSITE));
    await ended;
    client.inbox.check();
    expect(client.messages.at(-1)).toMatchObject({ type: 'error', problem: { status: 401 } });
    // Once a second the service looks for tokens that have expired.
    const times = eventsIn(client.messages).map(([, , at]) => Number(at));
    expect(Math.max(...times)).toBeLessThan((exp + TOLERANCE) * 1000 + 2500);
  });
});
