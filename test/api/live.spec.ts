import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { repeatEvents } from '../support/data/many-events.js';
import { TestSocket } from '../support/live/test-socket.js';
import { TestStream } from '../support/live/test-stream.js';
import { eventually, within } from '../support/process/deadline.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { done } from '../support/service/done.js';
import { linesOf, logLines } from '../support/service/log-lines.js';
import { expectProblem } from '../support/service/problems.js';
import { KeySetServer } from '../support/servers/key-set-server.js';
import { now, PAIRS, secretKey, sign } from '../support/service/signed-tokens.js';
import { JWT_SECRET, token } from '../support/service/tokens.js';

const ORIGIN = 'https://wizard.example.com';
const OTHER_SESSION = '01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10';

let app: TestApp;

beforeAll(async () => {
  app = await TestApp.start({ environment: { CORS_ORIGINS: ORIGIN } });
});
afterAll(() => app.stop());

const skip = (user: Client, step = 5) => done(user.post(`/step/${step}/skip`));
const positionOf = async (user: Client) => (await user.get('/status')).headers.get('etag')?.slice(1, -1) ?? '';
const statusOf = async (user: Client) => (await user.get('/status')).body as unknown;
const open = (user: string, query: Record<string, string> = {}) => TestSocket.open(app.url, { user, query });
/** A user with three events. */
async function started(name: string): Promise<Client> {
  const user = await app.as(name);
  await done(user.post('/start'));
  await skip(user, 4);
  await skip(user, 5);
  return user;
}
/** Items of the history as live events have them, the earliest first. */
async function historyOf(user: Client): Promise<object[]> {
  const { items } = (await user.get('/history')).body as { items: { documents?: unknown }[] };
  return items.reverse().map(({ documents: _, ...item }) => item);
}
/** So many events, as they come. */
async function nextEvents(socket: TestSocket, count: number): Promise<object[]> {
  const events: object[] = [];
  while (events.length < count) {
    const { position, event } = await socket.next('event');
    expect(event.position).toBe(position);
    events.push(event);
  }
  return events;
}

describe('a socket', () => {
  it('of a new user shows the status, says that it is live, and tells each event and then the status', async () => {
    const user = await app.as('new');
    const socket = await open('new');
    const before = await statusOf(user);
    expect(await socket.next('snapshot')).toEqual({ type: 'snapshot', position: '0', reason: 'first', status: before });
    expect(await socket.next('live')).toEqual({ type: 'live', position: '0', status: before });
    await skip(user);
    const [started, skipped] = await historyOf(user);
    expect(await nextEvents(socket, 2)).toEqual([started, skipped]);
    const status = { type: 'status', position: await positionOf(user), status: await statusOf(user) };
    expect(await socket.next('status')).toEqual(status);
    await done(user.post('/step/2/complete', { data: { website: 'example.com' } }));
    expect(await nextEvents(socket, 1)).toEqual((await historyOf(user)).slice(2));
    expect((await socket.next('status')).position).toBe(await positionOf(user));
    await socket.close();
    expect(socket.inbox.rest).toEqual([]);
  });

  it('after 0 is told everything from the first event on', async () => {
    const user = await started('all');
    const socket = await open('all', { after: '0' });
    expect(await nextEvents(socket, 3)).toEqual(await historyOf(user));
    const live = { type: 'live', position: await positionOf(user), status: await statusOf(user) };
    expect(await socket.next('live')).toEqual(live);
    await socket.close();
  });

  it('after 0 of a user without an onboarding is live at once, and misses nothing', async () => {
    const user = await app.as('nothing');
    const socket = await open('nothing', { after: '0' });
    expect(await socket.next('live')).toMatchObject({ position: '0' });
    await skip(user);
    expect(await nextEvents(socket, 2)).toEqual(await historyOf(user));
    await socket.close();
  });

  it('after the ETag of a read is told what came later, and nothing else', async () => {
    const user = await app.as('tag');
    await skip(user);
    const after = await positionOf(user);
    const current = await open('tag', { after });
    expect(await current.next('live')).toMatchObject({ position: after });
    await skip(user, 4);
    expect(await nextEvents(current, 1)).toEqual((await historyOf(user)).slice(2));
    const late = await open('tag', { after });
    expect(await nextEvents(late, 1)).toEqual((await historyOf(user)).slice(2));
    await late.next('live');
    await Promise.all([current.close(), late.close()]);
  });

  it.each<[string, string, (session: string) => string]>([
    ['another session', 'reset', () => `1.${OTHER_SESSION}`],
    ['another session without an event', 'reset', () => `0.${OTHER_SESSION}`],
    ['a position that never was', 'unknown_position', (session) => `4.${session}`],
    ['the largest position', 'unknown_position', (session) => `${'9'.repeat(15)}.${session}`],
  ])('after %s gets one snapshot', async (what, reason, after) => {
    const user = await started(what);
    const position = await positionOf(user);
    const status = await statusOf(user);
    const socket = await open(what, { after: after(position.slice(2)) });
    expect(await socket.next('snapshot')).toEqual({ type: 'snapshot', position, reason, status });
    expect(await socket.next('live')).toEqual({ type: 'live', position, status });
    await socket.close();
  });

  it('after a position gets a snapshot where there is no onboarding', async () => {
    const socket = await open('none', { after: `1.${OTHER_SESSION}` });
    expect(await socket.next('snapshot')).toMatchObject({ reason: 'reset', position: '0' });
    await socket.next('live');
    await socket.close();
  });

  it('may be a thousand events behind, and not one more', async () => {
    const user = await started('far');
    await repeatEvents(app.database, 'far', 1001);
    const position = await positionOf(user);
    const near = await open('far', { after: `1.${position.slice(5)}` });
    expect(await nextEvents(near, 1000)).toHaveLength(1000);
    await near.next('live');
    const far = await open('far', { after: '0' });
    expect(await far.next('snapshot')).toMatchObject({ reason: 'too_far_behind', position });
    await far.next('live');
    await Promise.all([near.close(), far.close()]);
  });

  it('resumes from another position, and is told again that it is live', async () => {
    const user = await started('resumes');
    const position = await positionOf(user);
    const socket = await open('resumes');
    await socket.next('snapshot');
    await socket.next('live');
    socket.send({ type: 'resume', after: `1.${position.slice(2)}` });
    expect(await nextEvents(socket, 2)).toEqual((await historyOf(user)).slice(1));
    expect(await socket.next('live')).toMatchObject({ position });
    socket.send({ type: 'resume', after: '0' });
    expect(await nextEvents(socket, 3)).toEqual(await historyOf(user));
    expect(await socket.next('live')).toMatchObject({ position });
    socket.send({ type: 'resume', after: `1.${OTHER_SESSION}` });
    expect(await socket.next('snapshot')).toMatchObject({ reason: 'reset', position });
    expect(await socket.next('live')).toMatchObject({ position });
    socket.send({ type: 'resume', after: `99.${position.slice(2)}` });
    expect(await socket.next('snapshot')).toMatchObject({ reason: 'unknown_position', position });
    expect(await socket.next('live')).toMatchObject({ position });
    await skip(user, 3).catch(() => undefined);
    await socket.close();
  });

  it('that is live gets one snapshot after a hard reset, and then the new onboarding from its first event on', async () => {
    const user = await started('reset');
    const socket = await open('reset');
    await socket.next('snapshot');
    await socket.next('live');
    await done(user.post('/reset?hard=true'));
    expect(await socket.next('snapshot')).toMatchObject({ reason: 'reset', position: '0' });
    await skip(user);
    expect(await nextEvents(socket, 2)).toEqual(await historyOf(user));
    expect(await socket.next('status')).toMatchObject({ position: await positionOf(user) });
    await socket.close();
  });

  it('is told the same as every other socket and stream of its user, and nobody else is told', async () => {
    const user = await app.as('many');
    const sockets = await Promise.all([1, 2, 3].map(() => open('many', { after: '0' })));
    const stream = await TestStream.open(app.url, { user: 'many', query: { after: '0' } });
    const stranger = await open('stranger', { after: '0' });
    await Promise.all([...sockets, stream, stranger].map((client) => client.next('live')));
    await skip(user);
    const events = await historyOf(user);
    for (const socket of sockets) expect(await nextEvents(socket, 2)).toEqual(events);
    for (const event of events) expect((await stream.next('event')).event).toEqual(event);
    expect(stranger.inbox.rest).toEqual([]);
    await Promise.all([...sockets, stream, stranger].map((client) => client.close()));
  });

  it('is told its position in each beat', async () => {
    const own = await TestApp.start();
    const user = await own.as('beats');
    await skip(user);
    const after = await positionOf(user);
    // The first client of a process is the first to be visited.
    const socket = await TestSocket.open(own.url, { user: 'beats', query: { after } });
    await eventually('a beat', () => socket.messages.some(({ type }) => type === 'beat'));
    expect(socket.messages).toContainEqual({ type: 'beat', position: after });
    await socket.close();
    await own.stop();
  });

  it.each<[string, Record<string, string>, Record<string, string>]>([
    ['in its address', { flow: 'four' }, {}],
    ['in its header', {}, { 'onboarding-flow': 'four' }],
  ])('is answered in the flow that its request names %s', async (where, query, headers) => {
    const user = await app.as(where);
    await done(user.post('/step/1/complete?flow=four', { data: { website: 'example.com' } }));
    const socket = await TestSocket.open(app.url, { user: where, query: { after: '0', ...query }, headers });
    await socket.next('event');
    expect((await socket.next('event')).event).toMatchObject({ step_key: 'website', step_number: 1 });
    expect((await socket.next('live')).status).toEqual((await user.get('/status?flow=four')).body);
    const canonical = await TestSocket.open(app.url, { user: where, query: { after: '0', flow: 'six' } });
    await canonical.next('event');
    expect((await canonical.next('event')).event).toMatchObject({ step_key: 'website', step_number: 2 });
    await Promise.all([socket.close(), canonical.close()]);
  });
});

describe('a token', () => {
  it('may come with the first message, and nothing is told before', async () => {
    const socket = await TestSocket.open(app.url, { query: { after: '0' } });
    socket.send({ type: 'authenticate', token: await token('later') });
    await socket.next('live');
    await socket.close();
  });

  it('in the address or as a subprotocol is none', async () => {
    const good = await token('alice');
    const options = { query: { token: good, access_token: good }, protocols: ['onboarding.v1', `bearer.${good}`] };
    const socket = await TestSocket.open(app.url, options);
    expect(socket.headers['sec-websocket-protocol']).toBe('onboarding.v1');
    socket.send({ type: 'resume', after: '0' });
    const { code, error } = await socket.end();
    expect([code, error.problem.status]).toEqual([4401, 401]);
  });

  it.each<[string, () => Promise<string>]>([
    ['that is none', () => Promise.resolve('x')],
    ['that is empty', () => Promise.resolve('')],
    ['of another secret', () => sign({ alg: 'HS256' }, secretKey('another secret that is long enough, too'))],
    ['that has expired', () => token('alice', { exp: now() - 60 })],
    ['without an end', () => token('alice', { exp: undefined })],
    ['without a user', () => token(undefined)],
  ])('%s is refused in the header and in a message', async (_what, make) => {
    const bad = await make();
    const inHeader = await TestSocket.open(app.url, { headers: { authorization: `Bearer ${bad}` } });
    const inMessage = await TestSocket.open(app.url);
    inMessage.send({ type: 'authenticate', token: bad });
    for (const socket of [inHeader, inMessage]) {
      const { code, reason, error } = await socket.end();
      expect([code, reason]).toEqual([4401, 'Not signed in']);
      expect(error).toEqual({
        type: 'error',
        position: '0',
        problem: { type: 'about:blank', title: 'Not signed in', status: 401, detail: expect.any(String) },
      });
      expect(socket.messages).toHaveLength(1);
    }
  });

  it.each(['Basic YWxpY2U6', 'Bearer', 'x'])('is not in an authorization of %s', async (authorization) => {
    const { code } = await (await TestSocket.open(app.url, { headers: { authorization } })).end();
    expect(code).toBe(4401);
  });

  it('that does not come in five seconds is not waited for', async () => {
    const begun = performance.now();
    const { code, error } = await (await TestSocket.open(app.url, { query: { after: '0' } })).end();
    expect([code, error.problem.status, error.retry_ms]).toEqual([4408, 408, undefined]);
    expect(performance.now() - begun).toBeGreaterThan(4900);
  });

  it('that cannot be verified for now is nobody’s fault, and what comes meanwhile is not read', async () => {
    const keySet = await KeySetServer.start();
    // It never answers.
    keySet.reply(() => undefined);
    const own = await TestApp.start({ environment: { AUTH_JWT_SECRET: undefined, AUTH_JWKS_URL: keySet.url } });
    const client = await TestSocket.open(own.url);
    const { socket } = client;
    const unknown = await sign({ alg: 'RS256', kid: 'unknown' }, PAIRS.RS256.privateKey);
    socket.send(JSON.stringify({ type: 'authenticate', token: unknown }));
    await eventually('the set of keys is asked for', () => keySet.fetches > 0);
    for (let count = 0; count < 4000; count++) socket.send('x'.repeat(16 * 1024));
    let before = Infinity;
    await eventually('nothing is read any more', async () => {
      const last = before;
      before = socket.bufferedAmount;
      await delay(200);
      return before === last;
    });
    // The rest is in the buffers on the way.
    expect(socket.bufferedAmount).toBeGreaterThan(4000 * 16 * 1024 * 0.5);
    expect((await within('the socket is closed', client.closed)).code).toBe(1013);
    expect(client.messages).toMatchObject([{ type: 'error', problem: { status: 503 }, retry_ms: expect.any(Number) }]);
    await own.stop();
    await keySet.down();
  });

  it('of another user ends the socket', async () => {
    const socket = await open('first');
    await socket.next('snapshot');
    await socket.next('live');
    socket.send({ type: 'authenticate', token: await token('second') });
    const { code, error } = await socket.end();
    expect([code, error.problem.status]).toEqual([4403, 403]);
  });
});

describe('a message', () => {
  it.each<[string, string | Buffer, string | null]>([
    ['bytes', Buffer.from('{"type":"resume","after":"0"}'), null],
    ['no JSON', 'hello', null],
    ['nothing', '', null],
    ['a list', '[]', null],
    ['a number', '1', null],
    ['null', 'null', null],
    ['without a type', '{}', '/type'],
    ['of an unknown type', '{"type":"subscribe"}', '/type'],
    ['of a type of its prototype', '{"type":"constructor"}', '/type'],
    ['a token that is no text', '{"type":"authenticate","token":1}', '/token'],
    ['without a token', '{"type":"authenticate"}', '/token'],
    ['without a position', '{"type":"resume"}', '/after'],
    ['a position that is none', '{"type":"resume","after":"1"}', '/after'],
    ['a position that is a number', '{"type":"resume","after":0}', '/after'],
  ])('that is %s ends the socket', async (_what, data, pointer) => {
    const socket = await open('speaks');
    await socket.next('snapshot');
    await socket.next('live');
    socket.socket.send(data);
    const { code, error } = await socket.end();
    expect(code).toBe(4400);
    expect(error.problem).toMatchObject({ status: 400, ...(pointer && { errors: [{ pointer }] }) });
    expect(error.retry_ms).toBeUndefined();
  });

  it('may have 16 KB, and no byte more', async () => {
    const socket = await open('large');
    await socket.next('snapshot');
    await socket.next('live');
    const message = JSON.stringify({ type: 'resume', after: '0' });
    socket.socket.send(message.padEnd(16 * 1024));
    await socket.next('live');
    socket.socket.send(message.padEnd(16 * 1024 + 1));
    expect((await within('the socket is closed', socket.closed)).code).toBe(1009);
  });

  it('that is no UTF-8 ends the socket', async () => {
    const socket = await open('encoded');
    socket.socket.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    expect((await within('the socket is closed', socket.closed)).code).toBe(1007);
  });

  it.each([
    ['masked by nobody', Buffer.from('8100', 'hex')],
    ['with bits that nobody has agreed on', Buffer.from('f18000000000', 'hex')],
    ['of an unknown kind', Buffer.from('838000000000', 'hex')],
    ['as a ping that is too long', Buffer.from('89fe007e00000000', 'hex')],
  ])('in a frame %s ends the socket', async (_what, bytes) => {
    const socket = await open('frames');
    // The connection below the client.
    (socket.socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(bytes);
    expect((await within('the socket is closed', socket.closed)).code).toBe(1002);
  });

  it('after another: a hundred at once are each answered or passed over, and the last counts', async () => {
    const user = await started('hundred');
    const position = await positionOf(user);
    const socket = await open('hundred', { after: position });
    await socket.next('live');
    for (let count = 0; count < 100; count++) socket.send({ type: 'resume', after: '0' });
    await skip(user, 3).catch(() => undefined);
    socket.send({ type: 'resume', after: position });
    const last = () => socket.messages.findLast(({ type }) => type !== 'beat');
    await eventually('the last is answered', () => last()?.type === 'live');
    expect(last()).toMatchObject({ position });
    await socket.close();
  });
});

describe('limits', () => {
  const TWENTY = Array.from({ length: 20 }, (_, index) => index);

  it('a user has 20 connections, over both doors', async () => {
    const doors = await Promise.all(
      TWENTY.map((index) => (index % 2 === 0 ? open('greedy') : TestStream.open(app.url, { user: 'greedy' }))),
    );
    await Promise.all(doors.map((door) => door.next('snapshot')));
    const { code, error } = await (await open('greedy')).end();
    expect([code, error.problem.status]).toEqual([4429, 503]);
    expect(error.retry_ms).toBeGreaterThanOrEqual(30_000);
    const refused = await (await app.as('greedy')).get('/events');
    expectProblem(refused, 503);
    expect(Number(refused.headers.get('retry-after'))).toBe(30);
    // Somebody else is not concerned.
    await (await open('modest')).close();
    await (doors[0] as TestSocket).close();
    const again = await open('greedy');
    await again.next('snapshot');
    await Promise.all([...doors.slice(1), again].map((door) => door.close()));
  });

  it('a process has as many as it is configured to have', async () => {
    const own = await TestApp.start({ environment: { LIVE_MAX_CONNECTIONS: '2' } });
    const socket = await TestSocket.open(own.url, { user: 'a' });
    const stream = await TestStream.open(own.url, { user: 'b' });
    for (const user of ['c', undefined]) {
      const refused = await TestSocket.refusal(own.url, user === undefined ? {} : { user });
      expectProblem(refused, 503);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expectProblem(await (await own.as('c')).get('/events'), 503);
    expect((await (await own.as('c')).get('/status')).status).toBe(200);
    await socket.close();
    await eventually('there is room again', async () => {
      const next = await TestStream.open(own.url, { user: 'c' }).catch(() => null);
      await next?.close();
      return next !== null;
    });
    await stream.close();
    await own.stop();
  });
});

describe('an origin', () => {
  it.each<[string, () => string]>([
    ['that is allowed', () => ORIGIN],
    ['that is the service’s own', () => app.url],
  ])('%s may connect', async (_what, origin) => {
    const socket = await TestSocket.open(app.url, { user: 'page', headers: { origin: origin() } });
    await socket.next('snapshot');
    await socket.close();
  });

  it.each(['https://evil.example.com', 'null', `${ORIGIN}.evil.example`, 'http://wizard.example.com', 'x', 'file://'])(
    '%s may not, whatever its token',
    async (origin) => {
      const socket = await TestSocket.open(app.url, { user: 'page', headers: { origin }, query: { after: '0' } });
      const { code, error } = await socket.end();
      expect([code, error.problem.title]).toEqual([4403, 'Foreign origin']);
      expect(socket.messages).toHaveLength(1);
    },
  );
});

describe('an upgrade', () => {
  const PLAIN = '/api/onboarding/live';

  it('chooses its own subprotocol among others, and no other', async () => {
    const both = await TestSocket.open(app.url, { user: 'sub', protocols: ['mqtt', 'onboarding.v1'] });
    expect(both.headers['sec-websocket-protocol']).toBe('onboarding.v1');
    const none = await TestSocket.open(app.url, { user: 'sub', protocols: [] });
    expect(none.headers['sec-websocket-protocol']).toBeUndefined();
    await Promise.all([both.close(), none.close()]);
    const answer = await say(upgrade('Sec-WebSocket-Protocol: mqtt'));
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).not.toMatch(/sec-websocket-protocol/i);
  });

  it('agrees on no compression', async () => {
    const socket = await open('plain');
    expect(socket.headers['sec-websocket-extensions']).toBeUndefined();
    await socket.close();
  });

  it.each<[string, Record<string, string>, string]>([
    ['after', { after: '1' }, '/after'],
    ['after', { after: '' }, '/after'],
    ['after', { after: `1.${OTHER_SESSION.toUpperCase()}` }, '/after'],
    ['after', { after: `-1.${OTHER_SESSION}` }, '/after'],
    ['after', { after: `1.${OTHER_SESSION}\n` }, '/after'],
  ])('with a malformed %s is refused', async (_name, query, pointer) => {
    const refused = await TestSocket.refusal(app.url, { user: 'odd', query });
    expectProblem(refused, 400);
    expect(refused.body.errors).toMatchObject([{ pointer }]);
  });

  it('with an unknown flow is refused, in the address and in the header', async () => {
    expectProblem(await TestSocket.refusal(app.url, { user: 'odd', query: { flow: 'seven' } }), 400);
    expectProblem(await TestSocket.refusal(app.url, { user: 'odd', headers: { 'onboarding-flow': 'seven' } }), 400);
    const twice = `${PLAIN}?after=0&after=0`;
    expectProblem(await TestSocket.refusal(app.url, { user: 'odd', path: twice }), 400);
  });

  it('of any other address is answered as if it were none', async () => {
    expect((await TestSocket.refusal(app.url, { user: 'odd', path: '/api/onboarding/status' })).status).toBe(200);
    expectProblem(await TestSocket.refusal(app.url, { user: 'odd', path: '/api/onboarding/lives' }), 404);
    expectProblem(await TestSocket.refusal(app.url, { path: '/api/onboarding/status' }), 401);
  });

  it('is what a plain request is told to ask for', async () => {
    const user = await app.as('plain');
    const answer = await user.get('/live');
    expectProblem(answer, 426);
    expect(answer.headers.get('upgrade')).toBe('websocket');
    expectProblem(await app.anonymous().get('/live'), 401);
    expectProblem(await user.post('/live'), 404);
  });

  it.each(['/api/onboarding/status', '/health/live', '/api/onboarding/live'])(
    'to HTTP/2 is passed over: %s',
    async (path) => {
      const expected = path === PLAIN ? '426' : '200';
      const answer = await say(
        lines(
          `GET ${path} HTTP/1.1`,
          'Host: x',
          `Authorization: Bearer ${await token('java')}`,
          'Connection: Upgrade, HTTP2-Settings, close',
          'Upgrade: h2c',
          'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
          '',
        ),
      );
      expect(statusesIn(answer)).toEqual([expected]);
    },
  );

  it('to HTTP/2 of a request with a body is passed over', async () => {
    const answer = await say(
      `${lines(
        'POST /api/onboarding/step/5/skip HTTP/1.1',
        'Host: x',
        `Authorization: Bearer ${await token('java')}`,
        'Connection: Upgrade, close',
        'Upgrade: h2c',
        'Content-Type: application/json',
        'Content-Length: 2',
        '',
      )}{}`,
    );
    expect(statusesIn(answer)).toEqual(['200']);
  });

  it.each<[string, string, string[], string]>([
    ['of HTTP/1.0', 'HTTP/1.0', [], ''],
    ['with a body', 'HTTP/1.1', ['Content-Length: 5'], 'hello'],
    ['with a body in chunks', 'HTTP/1.1', ['Transfer-Encoding: chunked'], '5\r\nhello\r\n0\r\n\r\n'],
  ])('%s is passed over', async (_what, version, headers, body) => {
    const handshake = lines(
      `GET ${PLAIN} ${version}`,
      'Host: x',
      `Authorization: Bearer ${await token('odd')}`,
      'Connection: Upgrade, close',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      ...headers,
      '',
    );
    expect(statusesIn(await say(handshake + body))).toEqual(['426']);
  });

  it.each<[string, string, string[]]>([
    ['a key', '400', ['Sec-WebSocket-Version: 13']],
    ['a good key', '400', ['Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13']],
    ['a version', '400', ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']],
    ['a known version', '400', ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 99']],
    [
      'subprotocols that are such',
      '400',
      ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Protocol: a b,,'],
    ],
  ])('without %s is refused', async (_what, status, headers) => {
    const answer = await say(
      lines(`GET ${PLAIN} HTTP/1.1`, 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', ...headers, ''),
    );
    expect(statusesIn(answer)).toEqual([status]);
    expect(answer).toMatch(/^content-type: application\/problem\+json\r$/im);
    expect(answer).toMatch(/^x-content-type-options: nosniff\r$/im);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ status: Number(status) });
  });

  it('without a host is refused', async () => {
    const answer = await say(upgrade().replace('Host: x\r\n', ''));
    expect(statusesIn(answer)).toEqual(['400']);
  });

  it('after another request on its connection waits for the answer, and takes nothing away from it', async () => {
    const authorization = `Authorization: Bearer ${await token('pipeline')}`;
    const first = lines('GET /api/onboarding/status HTTP/1.1', 'Host: x', authorization, '');
    const answer = await say(
      first + upgrade(authorization),
      (sofar) => sofar.includes('"type":"error"') || sofar.includes('"live"'),
    );
    expect(statusesIn(answer)).toEqual(['200', '101']);
    expect(await (await app.as('pipeline')).get('/status')).toMatchObject({ status: 200 });
  });

  it('is given an id where it has none', async () => {
    const socket = await TestSocket.open(app.url, { user: 'nameless' });
    const id = socket.headers['x-request-id'] as string;
    expect(await linesOf(app, id)).toMatchObject([{ route: PLAIN, status: 101 }]);
    await socket.close();
  });

  it('has a line in the log, and so has its end', async () => {
    const requestId = 'the-request-of-a-socket';
    const socket = await TestSocket.open(app.url, { user: 'logged', headers: { 'x-request-id': requestId } });
    expect(socket.headers['x-request-id']).toBe(requestId);
    await socket.next('snapshot');
    await socket.close();
    const [request] = await linesOf(app, requestId);
    expect(request).toMatchObject({ method: 'GET', route: PLAIN, status: 101, msg: 'request' });
    const ends = () =>
      logLines(app).filter((line) => line['msg'] === 'live connection ended' && line['requestId'] === requestId);
    await eventually('the end is logged', () => ends().length === 1);
    expect(ends()).toMatchObject([{ door: 'websocket', user: 'logged', code: 1005, ms: expect.any(Number) }]);
    const refused = await TestSocket.refusal(app.url, {
      query: { after: 'x' },
      headers: { 'x-request-id': 'refused' },
    });
    expect(refused.headers.get('x-request-id')).toBe('refused');
    expect(await linesOf(app, 'refused')).toMatchObject([{ route: PLAIN, status: 400 }]);
  });

  it('leaves no token in the log', async () => {
    const secret = await token('nobody logs this');
    const socket = await TestSocket.open(app.url, { query: { token: secret } });
    socket.send({ type: 'authenticate', token: secret });
    await socket.next('snapshot');
    await socket.close();
    expect(app.log.join('')).not.toContain(secret.split('.')[2]);
    expect(app.log.join('')).not.toContain(JWT_SECRET);
  });
});

const lines = (...all: readonly string[]) => all.map((line) => `${line}\r\n`).join('');

/** A good handshake. */
const upgrade = (...headers: readonly string[]) =>
  lines(
    'GET /api/onboarding/live HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...headers,
    '',
  );

const statusesIn = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);

/** What comes back until the service closes the connection, or enough has come. */
async function say(bytes: string, isEnough = (sofar: string) => sofar.startsWith('HTTP/1.1 101')): Promise<string> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  let sofar = '';
  socket.on('data', (chunk: Buffer) => {
    sofar += chunk.toString('latin1');
    if (isEnough(sofar)) socket.end();
  });
  socket.write(bytes);
  await within('the service closes the connection', once(socket, 'close'));
  return sofar;
}
