import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { ServerMessage } from '../../src/onboarding/live/live.contract.js';
import { TestSocket } from '../support/live/test-socket.js';
import { TestStream, type StreamOptions } from '../support/live/test-stream.js';
import { eventually, within } from '../support/process/deadline.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { done } from '../support/service/done.js';
import { linesOf, logLines } from '../support/service/log-lines.js';
import { expectProblem } from '../support/service/problems.js';
import { now } from '../support/service/signed-tokens.js';
import { token } from '../support/service/tokens.js';

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
const open = (user: string, options: Omit<StreamOptions, 'user'> = {}) =>
  TestStream.open(app.url, { user, ...options });
/** What clients are told of the user from the beginning on, before they are live. */
async function replayOf(user: Client): Promise<ServerMessage[]> {
  const { items } = (await user.get('/history')).body as { items: { position: string; documents?: unknown }[] };
  const events = items
    .reverse()
    .map(({ documents: _, ...event }) => ({ type: 'event', position: event.position, event }));
  return [
    ...events,
    { type: 'live', position: await positionOf(user), status: await statusOf(user) },
  ] as ServerMessage[];
}
async function isLive(stream: TestStream): Promise<readonly ServerMessage[]> {
  await eventually('the stream is live', () => stream.messages.some(({ type }) => type === 'live'));
  stream.inbox.check();
  return stream.messages.filter(({ type }) => type !== 'beat');
}

describe('a stream', () => {
  it('of a new user shows the status, and tells each event and then the status', async () => {
    const user = await app.as('new');
    const stream = await open('new');
    const status = await statusOf(user);
    expect(await stream.next('snapshot')).toEqual({ type: 'snapshot', position: '0', reason: 'first', status });
    expect(await stream.next('live')).toEqual({ type: 'live', position: '0', status });
    await skip(user);
    const [started, skipped] = await replayOf(user);
    expect([await stream.next('event'), await stream.next('event')]).toEqual([started, skipped]);
    expect(await stream.next('status')).toEqual({
      type: 'status',
      position: await positionOf(user),
      status: await statusOf(user),
    });
    await stream.close();
  });

  it('has the position of each message as its id, and a time to come back that differs from client to client', async () => {
    const user = await app.as('ids');
    await skip(user);
    const streams = await Promise.all(Array.from({ length: 5 }, () => open('ids', { query: { after: '0' } })));
    for (const stream of streams) {
      await isLive(stream);
      expect(stream.ids).toEqual(stream.messages.map(({ position }) => position));
      expect(stream.retries).toHaveLength(1);
    }
    const retries = streams.flatMap((stream) => stream.retries);
    expect(new Set(retries).size).toBeGreaterThan(1);
    for (const retry of retries) {
      expect(retry).toBeGreaterThanOrEqual(2000);
      expect(retry).toBeLessThanOrEqual(7000);
    }
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it('goes on after a position, in the address or as the last event’s id, which wins', async () => {
    const user = await app.as('goes on');
    await skip(user);
    await skip(user, 4);
    const whole = await replayOf(user);
    const [first, second, third] = whole.map(({ position }) => position) as [string, string, string];
    const cases: [Omit<StreamOptions, 'user'>, number][] = [
      [{ query: { after: '0' } }, 0],
      [{ query: { after: first } }, 1],
      [{ headers: { 'last-event-id': second } }, 2],
      [{ query: { after: '0' }, headers: { 'last-event-id': second } }, 2],
      [{ query: { after: third }, headers: { 'last-event-id': '0' } }, 0],
      [{ query: { after: second }, headers: { 'last-event-id': '' } }, 2],
      [{ query: { after: third } }, 3],
      // What wins is the only thing that is looked at.
      [{ query: { after: 'x' }, headers: { 'last-event-id': second } }, 2],
    ];
    for (const [options, from] of cases) {
      const stream = await open('goes on', options);
      expect([options, await isLive(stream)]).toEqual([options, whole.slice(from)]);
      await stream.close();
    }
  });

  it.each<[string, string, (session: string) => string]>([
    ['another session', 'reset', () => `1.${OTHER_SESSION}`],
    ['a position that never was', 'unknown_position', (session) => `9.${session}`],
  ])('after %s gets one snapshot', async (what, reason, after) => {
    const user = await app.as(what);
    await skip(user);
    const position = await positionOf(user);
    const status = await statusOf(user);
    const stream = await open(what, { query: { after: after(position.slice(2)) } });
    expect(await isLive(stream)).toEqual([
      { type: 'snapshot', position, reason, status },
      { type: 'live', position, status },
    ]);
    await stream.close();
  });

  it('that is live gets one snapshot after a hard reset', async () => {
    const user = await app.as('reset');
    await skip(user);
    const stream = await open('reset');
    await isLive(stream);
    await done(user.post('/reset?hard=true'));
    const last = () => stream.messages.findLast(({ type }) => type !== 'beat');
    await eventually('the snapshot', () => last()?.type === 'snapshot');
    expect(last()).toMatchObject({ reason: 'reset', position: '0' });
    await stream.close();
  });

  it.each<[string, Omit<StreamOptions, 'user'>]>([
    ['in the address', { query: { flow: 'four' } }],
    ['in the header', { headers: { 'onboarding-flow': 'four' } }],
  ])('is answered in the flow that its request names %s, and says so', async (where, options) => {
    const user = await app.as(where);
    await done(user.post('/step/1/complete?flow=four', { data: { website: 'example.com' } }));
    const stream = await open(where, { ...options, query: { after: '0', ...options.query } });
    expect(stream.response.headers.get('onboarding-flow')).toBe('four');
    const [, website, live] = await isLive(stream);
    expect(website).toMatchObject({ event: { step_key: 'website', step_number: 1 } });
    expect(live).toMatchObject({ status: (await user.get('/status?flow=four')).body });
    await stream.close();
  });

  it('is of the type of server-sent events, for no cache, proxy or other site', async () => {
    const { response, close } = await headersOf({ origin: ORIGIN, 'x-request-id': 'the-headers' });
    expect(response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'the-headers',
      'access-control-allow-origin': ORIGIN,
      'access-control-expose-headers': expect.stringContaining('X-Request-Id'),
      'transfer-encoding': 'chunked',
    });
    close();
    const foreign = await headersOf({ origin: 'https://evil.example.com' });
    expect(foreign.response.headers['access-control-allow-origin']).not.toBe('https://evil.example.com');
    foreign.close();
  });

  it('answers a preflight of a page that names the last event', async () => {
    const { status, headers } = await (
      await app.as('page')
    ).send('OPTIONS', '/events', undefined, {
      origin: ORIGIN,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization,last-event-id',
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-headers')).toMatch(/last-event-id/i);
  });

  it('ends when its token does, and says so', async () => {
    // Five seconds are tolerated, since clocks differ.
    const stream = await open('brief', { claims: { exp: now() - 3 } });
    await isLive(stream);
    expect(await within('the stream ends', stream.ended)).toBe(true);
    expect(stream.messages.at(-1)).toEqual({
      type: 'error',
      position: '0',
      problem: { type: 'about:blank', title: 'Not signed in', status: 401, detail: expect.any(String) },
    });
  });

  it('ends with its client, and makes room for another one', async () => {
    const streams = await Promise.all(Array.from({ length: 20 }, () => open('leaves')));
    const user = await app.as('leaves');
    expectProblem(await user.get('/events'), 503);
    await streams[0]?.close();
    await eventually('there is room', async () => {
      const next = await open('leaves').catch(() => null);
      await next?.close();
      return next !== null;
    });
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it('and others take no turn of their user’s requests', async () => {
    const streams = await Promise.all(Array.from({ length: 19 }, () => open('turns')));
    expect((await (await app.as('turns')).get('/status')).status).toBe(200);
    await Promise.all(streams.map((stream) => stream.close()));
  });

  it('and a socket of its user are told the same', async () => {
    const user = await app.as('doors');
    const socket = await TestSocket.open(app.url, { user: 'doors', query: { after: '0' } });
    const stream = await open('doors', { query: { after: '0' } });
    await Promise.all([socket.next('live'), stream.next('live')]);
    await skip(user);
    for (const type of ['event', 'event', 'status'] as const) {
      expect(await stream.next(type)).toEqual(await socket.next(type));
    }
    await Promise.all([socket.close(), stream.close()]);
  });

  it('that its client leaves has a line in the log for its end, and one that the service ends, for its answer, too', async () => {
    const linesAbout = (id: string) => logLines(app).filter((line) => line['requestId'] === id);
    const end = { msg: 'live connection ended', door: 'events', ms: expect.any(Number) };
    const left = await open('logged', { headers: { 'x-request-id': 'left' } });
    await isLive(left);
    await left.close();
    await eventually('the end is logged', () => linesAbout('left').length > 0);
    expect(linesAbout('left')).toMatchObject([{ ...end, user: 'logged', code: 'gone' }]);
    const expires = await open('logged', { claims: { exp: now() - 3 }, headers: { 'x-request-id': 'expires' } });
    await expires.ended;
    await eventually('its lines', () => linesAbout('expires').length === 2);
    const answer = { msg: 'request', route: '/api/onboarding/events', status: 200 };
    expect(linesAbout('expires')).toMatchObject([answer, { ...end, code: 401 }]);
  });
});

describe('a request for a stream', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['a malformed position', '/events?after=1', {}, '/after'],
    ['an empty position', '/events?after=', {}, '/after'],
    ['two positions', '/events?after=0&after=0', {}, '/after'],
    ['a malformed last event', '/events', { 'last-event-id': '1' }, '/Last-Event-ID'],
  ])('with %s is refused', async (_what, path, headers, pointer) => {
    const refused = await (await app.as('odd')).get(path, headers);
    expectProblem(refused, 400);
    expect(refused.body.errors).toMatchObject([{ pointer }]);
  });

  it('with an unknown flow is refused', async () => {
    expectProblem(await (await app.as('odd')).get('/events?flow=seven'), 400);
    expectProblem(await (await app.as('odd')).get('/events', { 'onboarding-flow': 'seven' }), 400);
  });

  it('without a good token is refused, also with one in its address', async () => {
    expectProblem(await app.anonymous().get(`/events?token=${await token('odd')}`), 401);
    expectProblem(await (await app.as('odd', { exp: now() - 60 })).get('/events'), 401);
  });

  it('for its head alone is answered at once, and leaves nothing open', async () => {
    const user = await app.as('head');
    for (let times = 0; times < 25; times++) {
      const { status, headers, text } = await user.send('HEAD', '/events');
      expect([status, text]).toEqual([200, '']);
      expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    }
    expectProblem({ ...(await user.get('/events?after=x')) }, 400);
    expect((await user.send('HEAD', '/events?after=x')).status).toBe(400);
  });

  it('that is gone before the answer begins leaves nothing open', async () => {
    const { hostname, port } = new URL(app.url);
    for (let times = 0; times < 40; times++) {
      // Another token each time, so that it has to be verified, and the client is gone by then.
      const authorization = `Authorization: Bearer ${await token('hasty', { jti: String(times) })}`;
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      const head = `GET /api/onboarding/events HTTP/1.1\r\nHost: x\r\n${authorization}\r\n\r\n`;
      await new Promise<void>((written) => socket.write(head, () => written()));
      socket.resetAndDestroy();
    }
    await eventually('all twenty connections are free', async () => {
      const streams = await Promise.all(Array.from({ length: 20 }, () => open('hasty').catch(() => null)));
      for (const stream of streams) await stream?.close();
      return streams.every((stream) => stream !== null);
    });
  });

  it('has a line in the log', async () => {
    expectProblem(await (await app.as('odd')).get('/events?after=x', { 'x-request-id': 'a-refusal' }), 400);
    expect(await linesOf(app, 'a-refusal')).toMatchObject([{ route: '/api/onboarding/events', status: 400 }]);
  });
});

/** The answer as Node's own client shows it, whose headers nobody has filtered. */
async function headersOf(headers: Record<string, string>): Promise<{ response: IncomingMessage; close: () => void }> {
  const authorization = `Bearer ${await token('headers')}`;
  const outgoing = request(`${app.url}/api/onboarding/events`, { headers: { authorization, ...headers } });
  outgoing.on('error', () => undefined).end();
  const [response] = (await within('the stream answers', once(outgoing, 'response'))) as [IncomingMessage];
  response.on('error', () => undefined);
  return { response, close: () => response.destroy() };
}
