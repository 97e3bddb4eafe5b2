import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ChangeHints } from '../../../src/onboarding/database/change-hints.js';
import { TestDatabase } from '../../support/database/database.js';
import { TestSocket } from '../../support/live/test-socket.js';
import { eventually } from '../../support/process/deadline.js';
import { TcpProxy } from '../../support/servers/tcp-proxy.js';
import { TestApp } from '../../support/service/app.js';
import { done } from '../../support/service/done.js';
import { logLines } from '../../support/service/log-lines.js';

/** What polls add to what the machine takes. */
const POLLED_MS = 3000;

/** Milliseconds until a process notices that it hears nothing: between two checks of its own, and for the answer to one. */
const NOTICED_MS = 35_000;

/** A change each time. */
const WEBSITE = { data: { website: 'example.com' } };

const LOST = /^Hints of other processes do not arrive/;
const BACK = /^Hints of other processes arrive again/;

/** Two processes on one database: one writes, and the other has the clients and listens through a proxy. */
describe('a process that hears no hints', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let writer: TestApp;
  let reader: TestApp;
  let socket: TestSocket;

  async function start(before: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    database = await TestDatabase.create();
    const url = new URL(database.appUrl);
    proxy = await TcpProxy.to(Number(url.port));
    await before();
    url.host = `127.0.0.1:${proxy.port}`;
    writer = await TestApp.start({ database });
    reader = await TestApp.start({ database, environment: { DATABASE_LISTEN_URL: url.href } });
    socket = await TestSocket.open(reader.url, { user: 'alice', query: { after: '0' } });
    await socket.next('live');
  }

  afterEach(async () => {
    await socket.close();
    await Promise.all([writer.stop(), reader.stop()]);
    await proxy.close().catch(() => undefined);
    await database.drop();
  });

  const isHeard = () => reader.nest.get(ChangeHints).isHeard;
  const heard = () => eventually('hints arrive', isHeard);
  const unheard = () => eventually('it hears nothing', () => !isHeard(), NOTICED_MS);
  const lines = (message: RegExp) => logLines(reader).filter(({ msg }) => message.test(String(msg)));

  /** A change in the other process. @returns milliseconds until the client is told */
  async function timeToTell(): Promise<number> {
    await done((await writer.as('alice')).post('/step/2/complete', WEBSITE));
    const written = performance.now();
    await socket.next('event');
    const time = performance.now() - written;
    while ((await socket.inbox.nextOf(['event', 'status'])).type === 'event');
    return time;
  }

  /** Half of the time between two polls: no poll explains so many that are faster. */
  async function expectHints(): Promise<void> {
    const times: number[] = [];
    for (let count = 0; count < 5; count++) times.push(await timeToTell());
    expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(1000);
  }

  it('since the server has ended its connection, listens over another one at once', async () => {
    await start();
    await heard();
    await expectHints();
    // As the role of the connection itself: the owner is not allowed to.
    const client = new pg.Client({ connectionString: database.appUrl });
    await client.connect();
    const { rows: ended } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'onboarding-listen' and datname = current_database()`,
    );
    await client.end();
    expect(ended).toHaveLength(1);
    await unheard();
    await heard();
    await expectHints();
    expect([lines(LOST), lines(BACK)].map((found) => found.length)).toEqual([1, 1]);
  });

  it('since it cannot connect, polls, says so once, and hears hints as soon as it can', async () => {
    await start(() => proxy.close());
    await eventually('it says so', () => lines(LOST).length > 0);
    for (let count = 0; count < 3; count++) expect(await timeToTell()).toBeLessThan(POLLED_MS);
    expect(isHeard()).toBe(false);
    await proxy.open();
    await heard();
    await expectHints();
    expect([lines(LOST), lines(BACK)].map((found) => found.length)).toEqual([1, 1]);
    expect(lines(LOST)[0]).toMatchObject({ level: 40 });
  });

  it('since its connection has gone silent, notices, polls, says so once, and hears hints as soon as it can', async () => {
    await start();
    await heard();
    await expectHints();
    proxy.stall();
    await unheard();
    for (let count = 0; count < 3; count++) expect(await timeToTell()).toBeLessThan(POLLED_MS);
    proxy.resume();
    await eventually('hints arrive', isHeard, NOTICED_MS);
    await expectHints();
    expect([lines(LOST), lines(BACK)].map((found) => found.length)).toEqual([1, 1]);
  });

  it('is told of its own changes all the same', async () => {
    await start(() => proxy.close());
    const user = await reader.as('alice');
    const times: number[] = [];
    for (let count = 0; count < 5; count++) {
      await done(user.post('/step/2/complete', WEBSITE));
      const written = performance.now();
      await eventually('the client is told', () => socket.inbox.rest.some(({ type }) => type === 'status'));
      times.push(performance.now() - written);
      while (socket.inbox.rest.length > 0) await socket.inbox.nextOf(['event', 'status']);
    }
    expect(times.toSorted((a, b) => a - b)[2]).toBeLessThan(1000);
    await proxy.open();
  });
});
