import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { TestDatabase } from '../../support/database/database.js';
import { repeatEvents } from '../../support/data/many-events.js';
import { Follower, truthOf } from '../../support/live/follower.js';
import { TestSocket } from '../../support/live/test-socket.js';
import { TestStream } from '../../support/live/test-stream.js';
import { eventually, within } from '../../support/process/deadline.js';
import { isRefused, ServiceProcess } from '../../support/process/service-process.js';
import { TestApp, testEnvironment } from '../../support/service/app.js';
import { done } from '../../support/service/done.js';
import { logLines } from '../../support/service/log-lines.js';
import { token } from '../../support/service/tokens.js';
import { Random } from '../../torture/random.js';

/** Milliseconds for a request under way, and what a busy machine adds. */
const STOP_MS = 10_000 + 8_000;

const LIVE_END = 'live connection ended';

const WEBSITE = { data: { website: 'example.com' } };

let database: TestDatabase;

beforeAll(async () => {
  database = await TestDatabase.create();
});
afterAll(() => database.drop());

const start = () =>
  ServiceProcess.start(testEnvironment(database.appUrl, { LOG_LEVEL: 'warn', DATABASE_TIMEOUT_MS: '60000' }));

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

const HANDSHAKE =
  'GET /api/onboarding/live?after=0 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';

/** A socket or stream that reads nothing. */
async function silentReader(url: string, user: string, path: 'live' | 'events'): Promise<Socket> {
  const socket = await open(url);
  const authorization = `Authorization: Bearer ${await token(user)}\r\n\r\n`;
  socket.write(
    path === 'live'
      ? HANDSHAKE + authorization
      : `GET /api/onboarding/events?after=0 HTTP/1.1\r\nHost: x\r\n${authorization}`,
  );
  return socket;
}

describe('a process that stops with everything open', () => {
  it('tells each socket and stream when to come back, and ends with 0 in time', async () => {
    const service = await start();
    const { url } = service;
    const sockets = await Promise.all(
      Array.from({ length: 60 }, (_, index) => TestSocket.open(url, { user: `socket ${index % 10}` })),
    );
    const streams = await Promise.all(
      Array.from({ length: 20 }, (_, index) => TestStream.open(url, { user: `stream ${index % 5}` })),
    );
    await Promise.all([...sockets, ...streams].map((door) => door.next('snapshot')));
    const strangers = await Promise.all(Array.from({ length: 5 }, () => TestSocket.open(url)));
    const readers = [await silentReader(url, 'silent', 'live'), await silentReader(url, 'silent', 'events')];
    const uploading = await open(url);
    uploading.write(
      'POST /api/onboarding/step/2/complete HTTP/1.1\r\nHost: service\r\n' +
        `Authorization: Bearer ${await token('uploads')}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    );
    const upload = buffer(uploading);
    const half = await open(url);
    half.write(HANDSHAKE);
    expect((await service.anonymous().get('//health/live')).status).toBe(200);
    const signalled = performance.now();
    service.kill('SIGTERM');
    for (const door of sockets) {
      await eventually('an error', () => door.messages.at(-1)?.type === 'error');
      const { code } = await within('the socket is closed', door.closed);
      expect(code).toBe(1012);
    }
    for (const socket of strangers) expect((await socket.end()).code).toBe(1012);
    for (const stream of streams) {
      expect(await within('the stream ends', stream.ended)).toBe(true);
      expect(stream.messages.at(-1)?.type).toBe('error');
      // The one of its beginning, and the one of its end.
      expect(stream.retries).toHaveLength(2);
    }
    const errors = [...sockets, ...strangers, ...streams].map((door) => door.messages.at(-1));
    const waits = errors.map((message) => (message?.type === 'error' ? (message.retry_ms ?? -1) : -1));
    for (const wait of waits) {
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait).toBeLessThanOrEqual(5000);
    }
    // By chance, so that they do not all come back at once.
    expect(new Set(waits).size).toBeGreaterThan(waits.length / 2);
    for (const message of errors) expect(message).toMatchObject({ problem: { status: 503 } });
    for (const stream of streams) expect(stream.retries.at(-1)).toBe(waitOf(stream));
    const { code, signal, stderr } = await service.ended();
    expect([code, signal, stderr]).toEqual([0, null, '']);
    expect(performance.now() - signalled).toBeLessThan(STOP_MS);
    expect((await within('the upload ends', upload)).toString()).toBe('');
    for (const reader of [...readers, half]) reader.destroy();
    for (const door of [...sockets, ...strangers, ...streams]) door.inbox.check();
  });

  it('lets nobody in meanwhile, and answers so', async () => {
    const app = await TestApp.start({ database });
    const stream = await TestStream.open(app.url, { user: 'last' });
    const slow = await open(app.url);
    slow.write(
      `POST /api/onboarding/start HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await token('slow')}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{`,
    );
    // Its first words: the connection is open, and the upgrade is yet to come.
    const late = await open(app.url);
    late.write(HANDSHAKE);
    await (await app.as('last')).get('/status');
    const stopped = app.stop();
    await within('the stream ends', stream.ended);
    late.write('\r\n');
    const answer = (await within('it is refused', buffer(late))).toString();
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toMatch(/^retry-after: \d+\r$/im);
    slow.write('}');
    await within('the process stops', stopped);
    slow.destroy();
  });

  it('ends in a moment where only sockets and streams are open', async () => {
    const service = await start();
    const sockets = await Promise.all(Array.from({ length: 20 }, () => TestSocket.open(service.url, { user: 'one' })));
    const stream = await TestStream.open(service.url, { user: 'two' });
    const signalled = performance.now();
    expect((await service.stop()).code).toBe(0);
    expect(performance.now() - signalled).toBeLessThan(8000);
    for (const { closed } of sockets) expect((await closed).code).toBe(1012);
    expect(await stream.ended).toBe(true);
    expect(await isRefused(service.url)).toBe(true);
  });

  it('lets clients go on in another process, and none of them misses anything', async () => {
    const services = [await start(), await start()];
    const random = new Random(1);
    const users = Array.from({ length: 10 }, (_, index) => `moves ${index}`);
    const followers = users.map(
      (user) => new Follower({ user, url: () => random.pick(services).url, random: () => random.next(), after: '0' }),
    );
    const write = async (service: ServiceProcess) => {
      for (const user of users) await done((await service.as(user)).post('/step/2/complete', WEBSITE));
    };
    const [first, second] = services as [ServiceProcess, ServiceProcess];
    await write(first);
    services.shift();
    const stopped = first.stop();
    await write(second);
    expect((await stopped).code).toBe(0);
    await write(second);
    const truth = await truthOf(users, (text) => database.query(text));
    for (const follower of followers) {
      const ofUser = truth.get(follower.user) as NonNullable<ReturnType<typeof truth.get>>;
      await eventually(`${follower.user} knows everything`, () => follower.isUpToDate(ofUser));
      follower.judge(ofUser);
      expect(follower.violations).toEqual([]);
    }
    await Promise.all(followers.map((follower) => follower.stop()));
    expect((await second.stop()).code).toBe(0);
  });
});

const waitOf = ({ messages }: TestStream) => {
  const last = messages.at(-1);
  return last?.type === 'error' ? last.retry_ms : undefined;
};

describe('a reader that reads nothing', () => {
  it.each(['live', 'events'] as const)('is cut, and comes back with its position without loss: /%s', async (path) => {
    const app = await TestApp.start({ database });
    const user = `slow ${path}`;
    const caller = await app.as(user);
    const reader = await silentReader(app.url, user, path);
    reader.pause();
    const ends = () => logLines(app).filter((line) => line['msg'] === LIVE_END && line['user'] === user);
    // Until the buffers on the way are full: some megabytes.
    for (let count = 0; ends().length === 0; count += 900) {
      if (count > 8000) {
        await done(caller.post('/reset?hard=true'));
        count = 0;
      }
      await done(caller.post('/step/2/complete', WEBSITE));
      await repeatEvents(database, user, count + 900);
      await done(caller.post('/step/2/complete', WEBSITE));
    }
    expect(ends()).toMatchObject([{ code: 'slow' }]);
    // What it has read by then is whole up to some event, from which it goes on.
    const read = buffer(reader.resume());
    reader.on('error', () => undefined);
    const text = (
      await within(
        'the connection ends',
        read.catch(() => Buffer.alloc(0)),
      )
    ).toString('latin1');
    const positions = [...text.matchAll(/"event","position":"(\d+\.[\da-f-]{36})"/g)].map(([, position]) => position);
    const follower = new Follower({ user, url: () => app.url, random: Math.random, after: positions.at(-1) ?? '0' });
    const truth = await truthOf([user], (sql) => database.query(sql));
    const ofUser = truth.get(user) as NonNullable<ReturnType<typeof truth.get>>;
    await eventually('it knows everything', () => follower.position === ofUser.position);
    await follower.stop();
    await app.stop();
  });
});
