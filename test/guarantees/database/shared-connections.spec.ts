import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Connections } from '../../../src/storage/wire/connections.js';
import { UserDatabase } from '../../../src/onboarding/database/user-database.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { TestDatabase } from '../../support/database/database.js';
import { DatabaseWire } from '../../support/database/database-wire.js';
import { eventually } from '../../support/process/deadline.js';
import { expectProblem } from '../../support/service/problems.js';
import { runAs } from '../../support/database/raw-statements.js';
import { SessionLock } from '../../support/database/session-lock.js';
import { StatementFaults } from '../../support/database/statement-faults.js';
import { Statement } from '../../../src/storage/wire/statement.js';
import { rawQuery } from '../../support/database/raw-statements.js';

/** As many reads, each of another user, as go over one connection in three turns. */
const READERS = 12;
const TOGETHER = 4;

interface Reader {
  readonly userId: string;
  readonly client: Client;
}

describe('reads that wait for a connection', () => {
  let database: TestDatabase;
  let wire: DatabaseWire;
  let app: TestApp;
  let faults: StatementFaults;
  let readers: Reader[] = [];

  beforeAll(async () => {
    database = await TestDatabase.create();
    wire = await DatabaseWire.before(database.appUrl);
    app = await TestApp.start({ database, environment: { DATABASE_URL: wire.url, DATABASE_POOL_SIZE: '1' } });
    faults = await StatementFaults.on(app);
    readers = await Promise.all(
      Array.from({ length: READERS }, async (_, number) => {
        const userId = `reader ${number}`;
        const client = await app.as(userId);
        await client.post('/business-info', { business_description: descriptionOf(userId) });
        return { userId, client };
      }),
    );
  });
  afterEach(() => faults.arm());
  afterAll(async () => {
    await app.stop();
    await wire.close();
    await database.drop();
  });

  const descriptionOf = (userId: string) => `What nobody but ${userId} may read`;
  const read = ({ client, userId }: Reader) => client.get(`/business-info/user/${encodeURIComponent(userId)}`);

  function expectOwnData({ userId }: Reader, { status, body }: Answer): void {
    expect([status, body.business_description]).toEqual([200, descriptionOf(userId)]);
  }

  /** Lets all of them wait, and no connection be free before the last one does; `armed` when it is about to be. */
  async function readAtOnce(armed: () => void = () => undefined): Promise<Answer[]> {
    const lock = await SessionLock.take(database.ownerUrl);
    const writing = (readers[0] as Reader).client.post('/start');
    await eventually('the one connection is at work', async () => (await lock.waiting()) === 1);
    // Others may join a read for fifty milliseconds, in which a busy machine does not get to send them all.
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    const answers = Promise.all(readers.map(read));
    await eventually('all wait', () => app.nest.get(UserDatabase).load.waiting === READERS);
    clock.mockRestore();
    armed();
    await lock.release();
    expect((await writing).status).toBe(200);
    return answers;
  }

  /** Where among the statements that are then sent the one is by which the nth of these reads begins. */
  async function placeOfRead(nth: number): Promise<number> {
    await readAtOnce(() => faults.arm());
    const places = faults.sent.flatMap((text, place) => (text.includes('transaction_read_only') ? [place] : []));
    expect(places).toHaveLength(READERS);
    return places[nth] as number;
  }

  it('share the next one, and each is answered with what is its user’s', async () => {
    let answers: Answer[] = [];
    const { roundTrips } = await wire.during(async () => void (answers = await readAtOnce()));
    readers.forEach((reader, index) => expectOwnData(reader, answers[index] as Answer));
    // Those of the write, and one for each four reads.
    expect(roundTrips).toBeLessThanOrEqual(2 + READERS / TOGETHER);
  });

  it('have one to themselves as long as one is free', async () => {
    const roomy = await TestApp.start({ database, environment: { DATABASE_URL: wire.url, DATABASE_POOL_SIZE: '3' } });
    const users = roomy.nest.get(UserDatabase);
    const readThree = () =>
      readers.slice(0, 3).map(({ userId }) => users.readForUser(userId, rawQuery('select $1::text')));
    try {
      await Promise.all(readThree());
      expect(users.load).toEqual({ total: 3, idle: 3, waiting: 0 });
      const reading = readThree();
      await turn();
      expect(users.load).toEqual({ total: 3, idle: 0, waiting: 0 });
      await Promise.all(reading);
    } finally {
      await roomy.stop();
    }
  });

  it('do not fail with one of them that PostgreSQL refuses', async () => {
    const place = await placeOfRead(1);
    const answers = await readAtOnce(() => faults.arm(place + 1, 'refused'));
    const refused = answers.filter(({ status }) => status === 500);
    expect(refused).toHaveLength(1);
    answers.forEach((answer, index) => {
      if (answer.status !== 500) expectOwnData(readers[index] as Reader, answer);
    });
    for (const reader of readers) expectOwnData(reader, await read(reader));
  });

  it('are a 503 with the connection that they share when it breaks, and the others are answered over another', async () => {
    const place = await placeOfRead(1);
    const answers = await readAtOnce(() => faults.arm(place, 'cut'));
    const away = answers.filter(({ status }) => status === 503);
    expect(away).toHaveLength(TOGETHER);
    for (const answer of away) expectProblem(answer, 503);
    answers.forEach((answer, index) => {
      if (answer.status !== 503) expectOwnData(readers[index] as Reader, answer);
    });
    for (const reader of readers) expectOwnData(reader, await read(reader));
  });

  it('are all answered when many more come than go over one connection', async () => {
    const crowd = Array.from({ length: 8 }, () => readers).flat();
    const answers = await Promise.all(crowd.map(read));
    crowd.forEach((reader, index) => expectOwnData(reader, answers[index] as Answer));
    expect(app.nest.get(UserDatabase).load).toEqual({ total: 1, idle: 1, waiting: 0 });
  });
});

describe('a connection that is waited for', () => {
  const TIMEOUT_MS = 1000;
  let database: TestDatabase;
  let pool: pg.Pool;

  beforeAll(async () => {
    database = await TestDatabase.create();
    pool = new pg.Pool({
      connectionString: database.appUrl,
      pipeline: true,
      max: 1,
      connectionTimeoutMillis: TIMEOUT_MS,
    });
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
  });

  it('is waited for as long by a read that came late as by the others, even if those went together', async () => {
    const connections = new Connections(pool, TIMEOUT_MS);
    const read = () => connections.read([{ statement: new Statement('one', 'select 1 as one'), values: [] }]);
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const works = [connections.use(() => first.promise)];
    const early = [read()];
    works.push(connections.use(() => second.promise));
    early.push(read(), read(), read());
    await turn();
    first.resolve();
    await Promise.all(early);
    // What three of them had asked for themselves, behind the second work, is given up in the middle of the late one's wait.
    await pause(TIMEOUT_MS / 2);
    const late = read();
    await pause((TIMEOUT_MS * 3) / 4);
    second.resolve();
    expect(await late).toEqual([[{ one: 1 }]]);
    await Promise.all(works);
  });
});

describe('a statement that PostgreSQL has lost', () => {
  it('fails once, and is prepared anew', async () => {
    const app = await TestApp.start({ environment: { DATABASE_POOL_SIZE: '1' } });
    try {
      const alice = await app.as('alice');
      const [save, load] = [() => alice.post('/start'), () => alice.get('/status')];
      for (const send of [save, load]) {
        expect((await send()).status).toBe(200);
        await runAs(app.nest.get(UserDatabase), 'alice', 'deallocate all');
        expect([(await send()).status, (await send()).status]).toEqual([500, 200]);
      }
    } finally {
      await app.stop();
    }
  });
});
