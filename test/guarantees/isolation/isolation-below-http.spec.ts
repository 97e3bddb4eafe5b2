import { MikroORM, type EntityName } from '@mikro-orm/postgresql';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { entities } from '../../../src/storage/postgres/entities/entities.js';
import { OnboardingSession } from '../../../src/storage/postgres/entities/onboarding-session.entity.js';
import { PersonaData } from '../../../src/storage/postgres/entities/persona-data.entity.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import { deleteUser } from '../../../src/onboarding/database/records/onboarding-sessions.record.js';
import { UserDatabase } from '../../../src/onboarding/database/user-database.js';
import { TestApp } from '../../support/service/app.js';
import { fillEveryTable, rowsOf, TABLES, type Dump } from '../../support/data/filled-user.js';
import { markedSample } from '../../support/data/marked-samples.js';
import { rawCommand, rawQuery, runAs } from '../../support/database/raw-statements.js';

const [ALICE_MARK, BOB_MARK] = ['alicesmark', 'bobsmark'];

/** The codes with which PostgreSQL refuses. */
const REFUSED = '42501';
const NO_CONTEXT = '42704';
const BAD_REFERENCE = '23503';

/** Tables whose rows the service may not change at all; of the first it may not even delete any. */
const APPEND_ONLY = ['progress_events', 'access_events', 'document_versions'];

describe('isolation below HTTP', () => {
  let app: TestApp;
  let users: UserDatabase;
  let orm: MikroORM;
  /** The service's pool: one connection that both users share. */
  let pool: pg.Pool;
  let alices: Dump;
  let bobs: Dump;
  let sessionId: string;
  const rowOfAlice = (table: string) => alices[table]?.[0] as Record<string, unknown>;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { DATABASE_POOL_SIZE: '1', DATABASE_TIMEOUT_MS: '20000' } });
    users = app.nest.get(UserDatabase);
    orm = app.nest.get(MikroORM);
    pool = await orm.em.getConnection().getNativeClient();
    await fillEveryTable(app, 'alice', ALICE_MARK);
    await fillEveryTable(app, 'bob', BOB_MARK);
    alices = await rowsOf(app.database, 'alice');
    bobs = await rowsOf(app.database, 'bob');
    sessionId = rowOfAlice('onboarding_sessions')['id'] as string;
  });
  afterEach(async () => {
    expect(await rowsOf(app.database, 'alice')).toEqual(alices);
    expect(await rowsOf(app.database, 'bob')).toEqual(bobs);
    const { rows } = await pool.query<{ scope: string | null }>(`select current_setting('app.user_id', true) as scope`);
    expect(['', null]).toContain(rows[0]?.scope);
  });
  afterAll(() => app.stop());

  it('covers every table, and both users have rows in each', async () => {
    expect(await app.database.tables()).toEqual(TABLES);
    expect(entities.length).toBe(TABLES.length);
    for (const table of TABLES) expect([alices[table]?.length, bobs[table]?.length]).not.toContain(0);
  });

  describe.each(TABLES)('raw statements of bob’s on %s', (table) => {
    it('read only his own rows', async () => {
      expect(await runAs(users, 'bob', `select * from ${table} where user_id = 'alice'`)).toEqual([]);
      const all = await runAs(users, 'bob', `select user_id from ${table}`);
      expect(all).toEqual(bobs[table]?.map(() => ({ user_id: 'bob' })));
      const reading = users.readForUser('bob', rawQuery(`select user_id from ${table} where $1::text is not null`));
      expect(await reading).toEqual(all);
    });

    it('change and delete nothing of alice’s', async () => {
      const change = runAs(
        users,
        'bob',
        `update ${table} set user_id = 'bob' where user_id = 'alice' returning user_id`,
      );
      const remove = runAs(users, 'bob', `delete from ${table} where user_id = 'alice' returning user_id`);
      if (APPEND_ONLY.includes(table)) await expect(change).rejects.toMatchObject({ code: REFUSED });
      else expect(await change).toEqual([]);
      if (table === APPEND_ONLY[0]) await expect(remove).rejects.toMatchObject({ code: REFUSED });
      else expect(await remove).toEqual([]);
    });

    it('insert nothing in alice’s name, nor take over her row', async () => {
      const insert = `insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`;
      const hers = JSON.stringify(rowOfAlice(table));
      const elsewhere = JSON.stringify({ ...rowOfAlice(table), id: crypto.randomUUID(), revision: 999, position: 999 });
      for (const row of [hers, elsewhere]) {
        await expect(runAs(users, 'bob', insert, [row])).rejects.toMatchObject({ code: REFUSED });
        const ignoring = runAs(users, 'bob', `${insert} on conflict do nothing`, [row]);
        await expect(ignoring).rejects.toMatchObject({ code: REFUSED });
      }
      const upsert = `${insert} on conflict on constraint ${table}_pkey do update set user_id = 'bob'`;
      await expect(runAs(users, 'bob', upsert, [hers])).rejects.toMatchObject({ code: REFUSED });
    });

    it('neither give bob’s rows to alice nor hang them off her session', async () => {
      const give = runAs(users, 'bob', `update ${table} set user_id = 'alice'`);
      await expect(give).rejects.toMatchObject({ code: REFUSED });
      if (table === 'onboarding_sessions') return;
      const hang = runAs(users, 'bob', `update ${table} set session_id = $1`, [sessionId]);
      await expect(hang).rejects.toMatchObject({ code: APPEND_ONLY.includes(table) ? REFUSED : BAD_REFERENCE });
      const row = { ...(bobs[table]?.[0] as object), session_id: sessionId, id: crypto.randomUUID() };
      const insert = `insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`;
      const fresh = JSON.stringify({ ...row, provider: 'fresh', revision: 999, position: 999 });
      const again = runAs(users, 'bob', insert, [fresh]);
      // Tables with one row per user refuse a second one before they look at its session.
      await expect(again).rejects.toMatchObject({ code: expect.stringMatching(/^(23503|23505)$/) });
    });

    it('cannot step out of row-level security', async () => {
      for (const statement of [
        `truncate ${table}`,
        `alter table ${table} no force row level security`,
        `alter table ${table} disable row level security`,
        `create policy everybody on ${table} using (true)`,
        `drop policy maintenance on ${table}`,
        `set local row_security = off; select * from ${table}`,
        `set local role onboarding_maintenance; select * from ${table}`,
        `create table copied as select * from ${table}`,
        `create rule noted as on insert to ${table} do nothing`,
      ]) {
        const attempt = users.forUser('bob', {}, (data) => {
          for (const part of statement.split('; ')) data.run(rawCommand(part));
        });
        await expect(attempt).rejects.toMatchObject({ code: REFUSED });
      }
    });

    it('see nothing through statistics', async () => {
      await app.database.query(`analyze ${table}`);
      expect(await runAs(users, 'bob', `select * from pg_stats where tablename = $1`, [table])).toEqual([]);
    });
  });

  describe('the entity manager', () => {
    /** What an attempt came to: rows that were read or counted, or the code of the refusal. */
    async function outcome(attempt: Promise<unknown>): Promise<unknown> {
      try {
        return await attempt;
      } catch (error) {
        return (error as { code?: string }).code ?? (error as Error).name;
      }
    }
    const fork = () => orm.em.fork();
    const asBob = () => {
      const em = fork();
      em.setFilterParams('owner', { userId: 'bob' });
      return em;
    };
    const key = () => ({ userId: 'alice', id: sessionId });
    const taken = () => ({ ...key(), startedAt: new Date(), updatedAt: new Date(), revision: 999 });

    const tables = entities.map((entity) => [entity.name, entity as EntityName<{ userId: string }>] as const);

    it.each(tables)('reads no %s of alice’s', async (_name, entity) => {
      const [hers, unfiltered] = [{ userId: 'alice' }, { filters: false } as const];
      const own = await asBob().count(entity, {});
      expect(own).toBeGreaterThan(0);
      expect(await asBob().count(entity, hers)).toBe(0);
      expect(await asBob().count(entity, {}, unfiltered)).toBe(own);
      expect(await asBob().count(entity, hers, unfiltered)).toBe(0);
      expect(await asBob().find(entity, hers, unfiltered)).toEqual([]);
      // Without a user the ORM refuses by itself; where it is told not to, PostgreSQL does, or shows nothing.
      await expect(fork().count(entity, {})).rejects.toThrow(/owner/);
      expect([NO_CONTEXT, 0]).toContain(await outcome(fork().count(entity, {}, unfiltered)));
    });

    it('writes nothing through a reference', async () => {
      const em = asBob();
      const reference = em.getReference(OnboardingSession, ['alice', sessionId]);
      em.assign(reference, { revision: 999 });
      await outcome(em.flush());
      const removing = asBob();
      removing.remove(removing.getReference(OnboardingSession, ['alice', sessionId]));
      await outcome(removing.flush());
      const hanging = asBob();
      const persona = await hanging.findOneOrFail(PersonaData, { userId: 'bob' });
      persona.session = hanging.getReference(OnboardingSession, ['alice', sessionId]);
      expect([REFUSED, BAD_REFERENCE, 'ValidationError']).toContain(await outcome(hanging.flush()));
    });

    it('inserts and takes over nothing', async () => {
      expect(await outcome(asBob().insert(OnboardingSession, taken()))).toBe(REFUSED);
      expect(await outcome(asBob().upsert(OnboardingSession, taken()))).toBe(REFUSED);
      expect(await outcome(asBob().upsertMany(OnboardingSession, [taken()]))).toBe(REFUSED);
      const em = asBob();
      em.create(OnboardingSession, { ...taken(), id: crypto.randomUUID() }, { persist: true });
      expect(await outcome(em.flush())).toBe(REFUSED);
    });

    it('updates and deletes nothing in bulk', async () => {
      const data = { revision: 999 };
      expect(await asBob().nativeUpdate(OnboardingSession, key(), data)).toBe(0);
      expect(await asBob().nativeDelete(OnboardingSession, key())).toBe(0);
      for (const em of [asBob(), fork()]) {
        const update = em.nativeUpdate(OnboardingSession, key(), data, { filters: false });
        expect([0, NO_CONTEXT]).toContain(await outcome(update));
        const remove = em.nativeDelete(OnboardingSession, key(), { filters: false });
        expect([0, NO_CONTEXT]).toContain(await outcome(remove));
      }
    });

    it('neither reads nor writes by its query builder, or by SQL of one’s own', async () => {
      for (const em of [asBob(), fork()]) {
        const builder = () => em.createQueryBuilder(OnboardingSession);
        const [selected, updated, removed, executed, transaction] = [
          await outcome(builder().select('*').where({ userId: 'alice' }).execute('all')),
          await outcome(builder().update({ revision: 999 }).where({ userId: 'alice' }).execute('run')),
          await outcome(builder().delete({ userId: 'alice' }).execute('run')),
          await outcome(em.execute(`select * from onboarding_sessions where user_id = 'alice'`)),
          await outcome(em.transactional((inner) => inner.find(OnboardingSession, key(), { filters: false }))),
        ];
        for (const rows of [selected, executed, transaction]) {
          if (typeof rows !== 'string') expect(rows).toEqual([]);
        }
        for (const result of [updated, removed]) {
          if (typeof result !== 'string') expect(result).toMatchObject({ affectedRows: 0 });
        }
      }
    });
  });

  describe('a transaction', () => {
    const service = () => app.nest.get(OnboardingDatabaseService);
    const anything = `select * from onboarding_sessions`;

    it('leaves nothing when the work throws', async () => {
      const failing = service().forUser('alice', {}, (data) => {
        data.run(deleteUser);
        throw new Error('thought better of it');
      });
      await expect(failing).rejects.toThrow('thought better of it');
      await expectNoScope();
    });

    it('leaves nothing when a statement fails', async () => {
      await expect(runAs(users, 'alice', 'select 1 / 0')).rejects.toMatchObject({ code: '22012' });
      await expectNoScope();
    });

    it('leaves nothing when a statement between others fails', async () => {
      const work = service().forUser('alice', {}, (data) => {
        data.run(rawCommand(`delete from persona_data where user_id = 'alice'`));
        data.run(rawCommand('select 1 / 0'));
        data.run(rawCommand(`delete from website_analyses where user_id = 'alice'`));
      });
      await expect(work).rejects.toMatchObject({ code: '22012' });
      await expectNoScope();
    });

    it('leaves nothing when a read fails: its connection is not used again', async () => {
      const connection = () => runAs(users, 'bob', 'select pg_backend_pid() as pid');
      for (const text of ['select 1 / 0 where $1 is not null', 'delete from persona_data where user_id = $1']) {
        const before = await connection();
        await expect(users.readForUser('alice', rawQuery(text))).rejects.toThrow();
        expect(await connection()).not.toEqual(before);
        await expectNoScope();
      }
    });

    it('leaves no scope either when it ends well', async () => {
      expect(await runAs(users, 'alice', anything)).toHaveLength(1);
      await expectNoScope();
    });

    /** The next user of the one connection is nobody. */
    async function expectNoScope(): Promise<void> {
      expect(pool.totalCount).toBeLessThanOrEqual(1);
      const { rows } = await pool.query(anything);
      expect(rows).toEqual([]);
      expect(await runAs(users, 'bob', anything)).toMatchObject([{ user_id: 'bob' }]);
    }
  });

  it('keeps two users apart who take turns on one connection', async () => {
    const clients = [await app.as('alice'), await app.as('bob')];
    const paths = ['/init', '/progress', '/step/2', '/step/3', '/website-analysis', '/step4/persona-latest', '/status'];
    const ask = async (turn: number) => {
      const [own, other] = turn % 2 === 0 ? [ALICE_MARK, BOB_MARK] : [BOB_MARK, ALICE_MARK];
      const path = paths[turn % paths.length] ?? '';
      const { status, text } = (await clients[turn % 2]?.get(path)) ?? { status: 0, text: '' };
      return { path, status, own: path === '/status' || text.includes(own), other: text.includes(other) };
    };
    const answers = [];
    // More at once on one connection would be turned away.
    for (let wave = 0; wave < 3; wave++) {
      answers.push(...(await Promise.all(Array.from({ length: 70 }, (_, turn) => ask(turn)))));
    }
    expect(answers).toHaveLength(210);
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, own: true, other: false });
    expect(pool.totalCount).toBe(1);
  });

  it('keeps them apart when reads, writes, failures and resets of others come in between', async () => {
    const names = ['carol', 'dave', 'erin'];
    const mixed = names.map(async (name) => {
      const client = await app.as(name);
      for (let round = 0; round < 8; round++) {
        const [saved, failed, read] = await Promise.all([
          client.post('/step/2/complete', markedSample(2, `${name}smark`)),
          client.post('/step/6/complete', {}),
          client.get('/init'),
        ]);
        expect([saved.status, failed.status, read.status]).toEqual([200, 400, 200]);
        const seen = new Set(`${saved.text}${failed.text}${read.text}`.match(/(alice|bob|carol|dave|erin)smark/g));
        expect(seen).toEqual(new Set([`${name}smark`]));
        expect((await client.post('/reset?hard=true')).status).toBe(200);
      }
    });
    await Promise.all(mixed);
    for (const name of names) expect(Object.values(await rowsOf(app.database, name)).flat()).toEqual([]);
  });
});
