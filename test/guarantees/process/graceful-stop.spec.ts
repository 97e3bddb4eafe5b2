import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { testEnvironment } from '../../support/service/app.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually, within } from '../../support/process/deadline.js';
import { PersistentCaller, type Outcome } from '../../support/service/persistent-caller.js';
import { isRefused, ServiceProcess } from '../../support/process/service-process.js';
import { SessionLock } from '../../support/database/session-lock.js';
import { token } from '../../support/service/tokens.js';

const MEGABYTE = 1024 * 1024;

interface Caller {
  readonly userId: string;
  readonly pauseMs: number;
  readonly outcomes: readonly Outcome[];
  /** The numbers that were written, and answered with 200. */
  readonly acknowledged: readonly number[];
}

describe('a service that stops', () => {
  let database: TestDatabase;
  let users = 0;

  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(() => database.drop());

  const start = (more: Record<string, string> = {}) =>
    ServiceProcess.start(
      testEnvironment(database.appUrl, { LOG_LEVEL: 'warn', DATABASE_TIMEOUT_MS: '60000', ...more }),
    );

  /** Asks one thing after the other over one connection until none gets through: writes the next number, or reads. */
  async function callUntilRefused(url: string, pauseMs: number, noteAnswer: () => void): Promise<Caller> {
    const userId = `caller-${++users}`;
    const connection = await PersistentCaller.as(url, userId);
    const outcomes: Outcome[] = [];
    const acknowledged: number[] = [];
    for (let number = 1; ; number++) {
      if (pauseMs > 0) await delay(pauseMs);
      const isWrite = number % 2 === 1;
      const outcome = isWrite
        ? await connection.send('POST', '/step/5/complete', { data: { notes: String(number) } })
        : await connection.send('GET', '/init');
      outcomes.push(outcome);
      if (outcome.kind !== 'answered') break;
      if (isWrite && outcome.status === 200) acknowledged.push(number);
      noteAnswer();
    }
    connection.end();
    return { userId, pauseMs, outcomes, acknowledged };
  }

  it('answers under load whatever was sent, and cuts nothing off', async () => {
    for (let round = 0; round < 3; round++) {
      const service = await start();
      let answers = 0;
      const callers = Promise.all(
        Array.from({ length: 24 }, (_, turn) =>
          callUntilRefused(service.url, turn % 3 === 0 ? 7 * turn : 0, () => answers++),
        ),
      );
      await eventually('the load is on', () => answers > 200);
      service.kill('SIGTERM');
      const { code, signal, stderr } = await service.ended();
      expect([code, signal, stderr]).toEqual([0, null, '']);
      for (const { userId, pauseMs, outcomes, acknowledged } of await within('all are refused', callers)) {
        const answered = outcomes.filter((outcome) => outcome.kind === 'answered');
        expect(new Set(answered.map(({ status }) => status))).toEqual(new Set([200]));
        expect([pauseMs, outcomes.at(-1)]).toEqual([pauseMs, { kind: 'refused' }]);
        // A caller who asks without a pause learns from an answer that it was the last.
        if (pauseMs === 0) expect(answered.at(-1)?.headers.connection).toBe('close');
        const rows = await database.query<{ notes: string }>(
          `select notes from platform_integrations where user_id = '${userId}'`,
        );
        expect([userId, rows]).toEqual([userId, [{ notes: String(acknowledged.at(-1)) }]]);
      }
    }
  });

  it('writes out a long answer to a slow reader', async () => {
    const service = await start();
    const alice = await service.as('alice');
    const document = { core_persona: { identity: {}, picture: 'x'.repeat(9 * MEGABYTE) } };
    expect((await alice.post('/step4/persona-save', document)).status).toBe(200);
    const reader = await open(service.url);
    reader.write(
      `GET /api/onboarding/step4/persona-latest HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer ${await token('alice')}\r\n\r\n`,
    );
    // Its first bytes are here, and more than the buffers on the way can hold are not.
    await within('the answer begins', once(reader, 'readable'));
    service.kill('SIGTERM');
    await eventually('nobody else is let in', () => isRefused(service.url));
    const answer = (await within('the connection ends', buffer(reader))).toString('latin1');
    const [head = ''] = answer.split('\r\n\r\n', 1);
    expect(head).toMatch(/transfer-encoding: chunked/i);
    expect(answer.length).toBeGreaterThan(9 * MEGABYTE);
    expect(answer.endsWith('\r\n0\r\n\r\n')).toBe(true);
    expect((await service.ended()).code).toBe(0);
  });

  it('cuts off after ten seconds what is still under way, and ends in order', async () => {
    const service = await start();
    const uploading = await open(service.url);
    uploading.write(
      'POST /api/onboarding/step/2/complete HTTP/1.1\r\nHost: service\r\n' +
        `Authorization: Bearer ${await token('dave')}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    );
    const read = buffer(uploading);
    // The first request of a connection that is answered, so the service knows of the upload that came before it.
    expect((await service.anonymous().get('//health/live')).status).toBe(200);
    const signalled = Date.now();
    service.kill('SIGTERM');
    const { code, signal, stderr } = await service.ended();
    expect([code, signal, stderr]).toEqual([0, null, '']);
    expect(Date.now() - signalled).toBeGreaterThan(9000);
    expect((await within('the connection ends', read)).toString()).toBe('');
  });

  it('is not ready from the signal on, and goes on answering until what is in front has seen it', async () => {
    const service = await start({ SHUTDOWN_DELAY_MS: '5000' });
    const bob = await service.as('bob');
    expect((await bob.post('/start')).status).toBe(200);
    const lock = await SessionLock.take(database.ownerUrl);
    const underWay = bob.post('/step/5/skip');
    await eventually('the request waits for the lock', async () => (await lock.waiting()) === 1);
    service.kill('SIGTERM');
    await eventually('it is not ready', async () => (await bob.get('//health/ready')).status === 503);
    const { headers, body } = await bob.get('//health/ready');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body).toMatchObject({ title: 'Service unavailable', status: 503, detail: expect.any(String) });
    // Over its own connection, as others still open them.
    expect(await isRefused(service.url)).toBe(false);
    expect((await bob.get('/status')).status).toBe(200);
    expect((await bob.get('//health/live')).status).toBe(200);
    await eventually('nobody else is let in', () => isRefused(service.url));
    expect(service.isRunning).toBe(true);
    await lock.release();
    expect((await within('the answer comes', underWay)).status).toBe(200);
    expect((await service.ended()).code).toBe(0);
  });

  it('waits for connections on which nothing is asked no longer than it must', async () => {
    const service = await start();
    const silent = await open(service.url);
    const idle = await PersistentCaller.as(service.url, 'carol');
    expect(await idle.send('GET', '/status')).toMatchObject({ kind: 'answered', status: 200 });
    const ended = once(silent, 'close');
    expect((await service.stop()).code).toBe(0);
    await within('the silent connection ends', ended);
    idle.end();
  });
});

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}
