import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkOperator } from '../../../src/storage/postgres/check-operator.js';
import { checkDatabase, prepareDatabase } from '../../../src/storage/postgres/prepare-database.js';
import { OwnCluster } from '../../support/database/own-cluster.js';
import { ServiceProcess } from '../../support/process/service-process.js';
import { testEnvironment } from '../../support/service/app.js';

const BEYOND =
  'so operators would reach what users entered. Name a role that does not exist yet, and let DATABASE_MIGRATION_URL create it.';
const MIGRATE = 'Run `npm run migrate` with DATABASE_MIGRATION_URL and DATABASE_OPERATOR_URL set.';
const REVOKE =
  'so operators would reach what users entered. Revoke it from operations, onboarding_operator and public.';

describe('a start with an operators’ role that is not fit for it', () => {
  let cluster: OwnCluster;

  beforeAll(async () => {
    cluster = await OwnCluster.create();
  });
  afterAll(() => cluster.remove());

  const urlOf = (user: string, database = 'postgres') =>
    Object.assign(new URL(cluster.operatorUrl), { username: user, password: user, pathname: `/${database}` }).href;
  const check = (url = cluster.operatorUrl) => checkOperator(url, cluster.appUrl);

  it('is none if the role is the one that the start has made, however often', async () => {
    await cluster.prepare();
    await expect(check()).resolves.toBeUndefined();
    await expect(checkDatabase(cluster.appUrl)).resolves.toBeUndefined();
  });

  it.each([
    ['superuser in role onboarding_operator', 'is a superuser or may become one'],
    ['bypassrls in role onboarding_operator', 'may bypass row-level security'],
    ['createrole in role onboarding_operator', 'may create roles'],
    ['replication in role onboarding_operator', 'may replicate the whole server'],
    ['in role onboarding_operator, onboarding_maintenance', 'is a member of onboarding_maintenance'],
    ['in role onboarding_operator, app', 'is a member of app'],
    ['in role onboarding_operator, pg_read_all_data', 'is a member of pg_read_all_data'],
    ['in role onboarding_operator, owner', 'may create roles'],
  ])('is refused: a role %s', async (attributes, excess) => {
    await cluster.query(`create role misfit login password 'misfit' ${attributes}`);
    await expect(check(urlOf('misfit'))).rejects.toThrow(`DATABASE_OPERATOR_URL: the role misfit ${excess}, ${BEYOND}`);
    await cluster.query('drop role misfit');
  });

  it('is refused: a role that could become another one', async () => {
    await cluster.query(`create role misfit login password 'misfit' in role onboarding_operator`);
    await cluster.query('grant app to misfit with inherit false, set true');
    const line = `DATABASE_OPERATOR_URL: the role misfit is a member of app, ${BEYOND}`;
    await expect(check(urlOf('misfit'))).rejects.toThrow(line);
    await cluster.query('drop role misfit');
  });

  it('is refused: a role that owns a table', async () => {
    await cluster.query(`create role misfit login password 'misfit' in role onboarding_operator`);
    await cluster.query('create table public.extra (x int); alter table public.extra owner to misfit');
    const line = `DATABASE_OPERATOR_URL: the role misfit owns tables, ${BEYOND}`;
    await expect(check(urlOf('misfit'))).rejects.toThrow(line);
    await cluster.query('drop table public.extra; drop role misfit');
  });

  it('is refused: the roles of the service and of the owner', async () => {
    const sameAs = (variable: string) =>
      `DATABASE_OPERATOR_URL and ${variable} name the same role: give operators a role of their own.`;
    await expect(check(cluster.appUrl)).rejects.toThrow(sameAs('DATABASE_URL'));
    const prepare = (operatorUrl: string) =>
      prepareDatabase(urlOf('owner'), cluster.appUrl, { say: () => undefined, operatorUrl });
    await expect(prepare(cluster.appUrl)).rejects.toThrow(sameAs('DATABASE_URL'));
    await expect(prepare(urlOf('owner'))).rejects.toThrow(sameAs('DATABASE_MIGRATION_URL'));
    await expect(check(urlOf('owner'))).rejects.toThrow(
      `DATABASE_OPERATOR_URL: the role owner may create roles, ${BEYOND}`,
    );
  });

  it('is refused: a member that does not inherit, to which the users’ policy applies', async () => {
    await cluster.query(`create role misfit login noinherit password 'misfit' in role onboarding_operator`);
    await expect(check(urlOf('misfit'))).rejects.toThrow(
      'DATABASE_OPERATOR_URL: the role misfit is a member of onboarding_operator and does not inherit its rights. As an administrator: alter role misfit inherit; and, from PostgreSQL 16 on: grant onboarding_operator to misfit with inherit true;',
    );
    await cluster.query('alter role misfit inherit; grant onboarding_operator to misfit with inherit true;');
    await expect(check(urlOf('misfit'))).resolves.toBeUndefined();
    await cluster.query('drop role misfit');
  });

  it('is refused: a role that is no member', async () => {
    await cluster.query(`create role misfit login password 'misfit'`);
    await expect(check(urlOf('misfit'))).rejects.toThrow(
      `DATABASE_OPERATOR_URL: the role misfit lacks membership of onboarding_operator. ${MIGRATE}`,
    );
    await cluster.query('drop role misfit');
  });

  it.each([
    ['select on api_keys', 'grant select on api_keys to onboarding_operator'],
    ['select on data_keys', 'grant select on data_keys to public'],
    ['select on website_analyses', 'grant select on website_analyses to operations'],
    ['select on progress_events', 'grant select on progress_events to onboarding_operator'],
    ['select on mikro_orm_migrations', 'grant select on mikro_orm_migrations to onboarding_operator'],
    ['select on extra', 'create table public.extra (x int); grant select on public.extra to public'],
    ['delete on progress_events', 'grant delete on progress_events to onboarding_operator'],
    ['truncate on onboarding_sessions', 'grant truncate on onboarding_sessions to onboarding_operator'],
    ['trigger on persona_data', 'grant trigger on persona_data to onboarding_operator'],
    ['maintain on persona_data', 'grant maintain on persona_data to onboarding_operator'],
    [
      'select on progress_events.validation_errors',
      'grant select (validation_errors) on progress_events to operations',
    ],
    ['select on onboarding_sessions.xmin', 'grant select (xmin) on onboarding_sessions to operations'],
    ['insert on progress_events.type', 'grant insert (type) on progress_events to operations'],
    ['update on onboarding_sessions.flow', 'grant update (flow) on onboarding_sessions to onboarding_operator'],
    ['references on api_keys.user_id', 'grant references (user_id) on api_keys to onboarding_operator'],
  ])('is refused: %s', async (right, grant) => {
    await cluster.query(grant);
    await expect(check()).rejects.toThrow(
      `DATABASE_OPERATOR_URL: the role operations has a right too many, ${right}, ${REVOKE}`,
    );
    await cluster.query('revoke all on all tables in schema public from operations, onboarding_operator, public');
    await cluster.query('drop table if exists public.extra');
    // A start with the owner's connection gives the role its rights again.
    await cluster.prepare();
    await expect(check()).resolves.toBeUndefined();
  });

  it('is none any more once the owner has been there: a column that operators had in an earlier version', async () => {
    await cluster.query('grant select (validation_errors) on progress_events to onboarding_operator');
    await expect(check()).rejects.toThrow('has a right too many, select on progress_events.validation_errors');
    await cluster.prepare();
    await expect(check()).resolves.toBeUndefined();
  });

  it.each([
    ['select on onboarding_sessions.flow', 'revoke select (flow) on onboarding_sessions from onboarding_operator'],
    ['truncate on operations.journeys', 'revoke truncate on operations.journeys from onboarding_operator'],
    ['delete on operations.activity', 'revoke usage on schema operations from onboarding_operator'],
  ])('is refused: a role without %s', async (right, revoke) => {
    await cluster.query(revoke);
    await expect(check()).rejects.toThrow(`DATABASE_OPERATOR_URL: the role operations lacks ${right}. ${MIGRATE}`);
    await cluster.prepare();
    await expect(check()).resolves.toBeUndefined();
  });

  it('is refused: tables without the operators’ policy', async () => {
    await cluster.query('drop policy operator on onboarding_sessions');
    await expect(check()).rejects.toThrow(
      'DATABASE_OPERATOR_URL: PostgreSQL refuses (42704, unrecognized configuration parameter "app.user_id").',
    );
    await cluster.query('create policy operator on onboarding_sessions for select to onboarding_operator using (true)');
  });

  it('is refused: a login that is none', async () => {
    const url = Object.assign(new URL(cluster.operatorUrl), { password: 'hidden-word' }).href;
    await expect(check(url)).rejects.toThrow('DATABASE_OPERATOR_URL: PostgreSQL cannot be reached (28P01).');
  });

  it.each([
    ['is a member of onboarding_operator', 'grant onboarding_operator to app', 'revoke onboarding_operator from app'],
    [
      'is a member of onboarding_operator',
      'grant onboarding_operator to app with inherit false',
      'revoke onboarding_operator from app',
    ],
    [
      'has rights in the schema operations',
      'grant usage on schema operations to app',
      'revoke usage on schema operations from app',
    ],
  ])('is refused: a role of the service that %s', async (excess, grant, revoke) => {
    await cluster.query(grant);
    await expect(checkDatabase(cluster.appUrl)).rejects.toThrow(
      `DATABASE_URL: the role app ${excess}, so users would not be kept apart.`,
    );
    await cluster.query(revoke);
    await expect(checkDatabase(cluster.appUrl)).resolves.toBeUndefined();
  });

  it('says which line an administrator has to run where another owner has made the roles', async () => {
    await cluster.query(`create role second login createrole password 'second'`);
    await cluster.query('create database second owner second');
    const [url, operatorUrl] = [urlOf('second_app', 'second'), urlOf('second_operations', 'second')];
    const prepare = () => prepareDatabase(urlOf('second', 'second'), url, { say: () => undefined, operatorUrl });
    for (const [role, option] of [
      ['onboarding_maintenance', ''],
      ['onboarding_operator', ' with admin option'],
    ]) {
      const failure = await prepare().then(
        () => 'none',
        (error: Error) => error.message,
      );
      const [, line = ''] =
        /^DATABASE_MIGRATION_URL: the role \w+ was made by another owner\. .*: (.+;)$/.exec(failure) ?? [];
      expect(line.replaceAll('"', '')).toBe(`grant ${role} to second${option};`);
      await cluster.query(line);
    }
    await prepare();
    await checkDatabase(url);
    await checkOperator(operatorUrl, url);
    // The lines of docs/operations.md that keep the operators of one database out of another.
    const elsewhere = urlOf('second_operations');
    await expect(check(elsewhere)).resolves.toBeUndefined();
    await cluster.query('revoke connect on database postgres from public');
    await cluster.query('grant connect on database postgres to owner, app, operations');
    await expect(check(elsewhere)).rejects.toThrow('DATABASE_OPERATOR_URL: PostgreSQL cannot be reached (42501).');
    await check();
  });

  describe('as a process', () => {
    const SAYS = 'DATABASE_OPERATOR_URL is not set: there are no routes for operators, no numbers and no jobs.';

    it('is refused in a line', async () => {
      await cluster.query('grant select on api_keys to onboarding_operator');
      const end = await ServiceProcess.run(
        testEnvironment(cluster.appUrl, { DATABASE_OPERATOR_URL: cluster.operatorUrl }),
      );
      expect([end.code, end.stderr]).toEqual([
        1,
        `DATABASE_OPERATOR_URL: the role operations has a right too many, select on api_keys, ${REVOKE}\n`,
      ]);
      await cluster.query('revoke select on api_keys from onboarding_operator');
    });

    it.each([
      ['says that there are no operators without the variable', undefined, true],
      ['says nothing of it with the variable', () => cluster.operatorUrl, false],
    ])('%s', async (_what, operatorUrl, isSaid) => {
      const service = await ServiceProcess.start(
        testEnvironment(cluster.appUrl, { DATABASE_OPERATOR_URL: operatorUrl?.() }),
      );
      expect((await service.stop()).stdout.split('\n').includes(SAYS)).toBe(isSaid);
    });
  });
});
