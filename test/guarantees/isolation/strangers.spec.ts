import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { testEnvironment } from '../../support/service/app.js';
import type { Client } from '../../support/service/client.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually, within } from '../../support/process/deadline.js';
import { expectProblem } from '../../support/service/problems.js';
import { GUARDED_ROUTES } from '../../support/service/routes.js';
import { ServiceProcess } from '../../support/process/service-process.js';
import { token } from '../../support/service/tokens.js';

const MEGABYTE = 1024 * 1024;

/** A million keys: what keeps a parser busy for longest. */
function manyKeys(bytes: number): string {
  const pairs: string[] = [];
  for (let n = 0, length = 2; length < bytes; n++) {
    const pair = `"k${n}":0`;
    pairs.push(pair);
    length += pair.length + 1;
  }
  return `{${pairs.join(',')}}`;
}

describe('who shows no good token', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  let alice: Client;

  beforeAll(async () => {
    database = await TestDatabase.create();
    // The service's own bounds, not those of a busy test machine.
    const environment = testEnvironment(database.appUrl, {
      DATABASE_TIMEOUT_MS: '3000',
      MAX_EVENT_LOOP_DELAY_MS: '200',
    });
    service = await ServiceProcess.start(environment);
    alice = await service.as('alice');
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  async function open(): Promise<Socket> {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return socket;
  }

  const head = (method: string, path: string, ...headers: readonly string[]) =>
    [`${method} ${path} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');

  it('is refused on every route before a byte of the body has come', async () => {
    const writes = GUARDED_ROUTES.filter((route) => !route.startsWith('GET '));
    expect(writes.length).toBeGreaterThanOrEqual(13);
    for (const route of writes) {
      const [method = '', path = ''] = route.replace(/:\w+/, '2').split(' ');
      const socket = await open();
      socket.write(head(method, path, 'Content-Type: application/json', 'Content-Length: 1000'));
      const [answer] = (await within(`${method} ${path} is answered`, once(socket, 'data'))) as [Buffer];
      expect([path, answer.toString().split('\r\n')[0]]).toEqual([path, 'HTTP/1.1 401 Unauthorized']);
      socket.destroy();
    }
  });

  it.each<[string, string, Record<string, string>]>([
    ['no JSON', '{', {}],
    ['too large', 'x'.repeat(33 * MEGABYTE), {}],
    ['too deep', '['.repeat(100_000), {}],
    ['of another kind', 'x', { 'content-type': 'multipart/form-data; boundary=x' }],
    ['compressed', 'x', { 'content-encoding': 'gzip' }],
  ])('is told so, and nothing about a body that is %s', async (_what, body, headers) => {
    for (const client of [service.anonymous(), await service.as('')]) {
      expectProblem(await client.send('POST', '/step/2/complete', body, headers), 401);
    }
  });

  it('may go on with another request over the same connection', async () => {
    const body = 'x'.repeat(3 * MEGABYTE);
    const socket = await open();
    socket.write(head('POST', '/api/onboarding/step/2/complete', `Content-Length: ${body.length}`) + body);
    socket.write(
      head('GET', '/api/onboarding/status', `Authorization: Bearer ${await token('alice')}`, 'Connection: close'),
    );
    const answers = await within('both are answered', text(socket));
    expect([...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status)).toEqual(['401', '200']);
  });

  it('is not read without end', async () => {
    const socket = await open();
    socket.write(head('POST', '/api/onboarding/step/2/complete', `Content-Length: ${1024 * MEGABYTE}`));
    expect(await within('the connection is closed', text(socket))).toMatch(/^HTTP\/1\.1 401 [^]*connection: close/i);
  });

  it('costs no user an answer: two send 10 MB in a loop, and the process answers for itself all the while', async () => {
    const body = Buffer.from(manyKeys(10 * MEGABYTE));
    const sent: number[] = [];
    let sending = true;
    const strangers = [service.anonymous(), await service.as('')].map(async (stranger) => {
      while (sending) sent.push((await stranger.send('POST', '/step/2/complete', body)).status);
    });
    await eventually('the strangers are at it', () => sent.length >= 4);
    const statuses: number[] = [];
    const until = performance.now() + 5000;
    while (performance.now() < until || sent.length < 20) {
      const answers = await Promise.all([alice.get('/status'), service.anonymous().get('//health/live')]);
      statuses.push(...answers.map(({ status }) => status));
    }
    sending = false;
    await Promise.all(strangers);
    expect(new Set(sent)).toEqual(new Set([401]));
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

describe('what is not ours', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  beforeAll(async () => {
    database = await TestDatabase.create();
    service = await ServiceProcess.start(testEnvironment(database.appUrl));
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it.each([
    ['assets', '//onboarding/assets/upload-avatar', 'multipart/form-data; boundary=x'],
    ['style detection', '/style-detection/complete', 'application/json'],
    ['another file', '/assets/voice', 'audio/mpeg'],
    ['no kind at all', '//onboarding/assets/x', 'nonsense'],
  ])('is a 404 whatever its body is: %s', async (_what, path, type) => {
    const body = `--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n${'x'.repeat(200_000)}\r\n--x--`;
    for (const client of [await service.as('alice'), service.anonymous()]) {
      expectProblem(await client.send('POST', path, body, { 'content-type': type }), 404);
    }
  });
});
