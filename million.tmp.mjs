import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { ensureBuild } from '/work/main/scripts/build.mjs';
const build = await ensureBuild();
const { EmbeddedPostgres } = await import(build + '/storage/postgres/embedded/embedded-postgres.js');
const { prepareDatabase } = await import(build + '/storage/postgres/prepare-database.js');
const { ormOptions } = await import(build + '/storage/postgres/orm-options.js');
const N = Number(process.argv[2] ?? 100000), EV = 6;
const postgres = await EmbeddedPostgres.start({ directory: process.argv[3], superuserPassword: 'superuser' });
const owner = postgres.url(), app = postgres.url('app', 'app');
try {
  await prepareDatabase(owner, app);
  const orm = new MikroORM(ormOptions({ url: owner, poolSize: 1, timeoutMs: 600000, isPatient: true }));
  const time = async (name, f) => { const t = performance.now(); await f(); console.log(name, ((performance.now() - t) / 1000).toFixed(1), 's'); };
  await time('down (empty)', () => orm.migrator.down({ to: 'Migration20261126EventCause' }));
  const c = new pg.Client({ connectionString: owner }); await c.connect();
  const state = '{"status":"completed","completed_at":"2026-01-02T03:04:05.000Z","validation_errors":[]}';
  await time('insert', async () => {
    await c.query(`insert into onboarding_sessions (user_id, id, revision, steps, current_step, started_at, updated_at)
      select 'user_' || md5(n::text), gen_random_uuid(), ${EV}, jsonb_build_object('1','${state}'::jsonb,'2','${state}'::jsonb,'3','${state}'::jsonb), case when n%5=0 then 4 end, now(), now() from generate_series(1,${N}) n`);
    await c.query(`insert into progress_events (user_id, session_id, revision, type, step, data, actor, cause, occurred_at)
      select user_id, id, r, 'step_completed', r, '{"to":"completed","from":"pending"}', 'user', 'wizard', now() from onboarding_sessions, generate_series(1,${EV}) r`);
    await c.query('vacuum analyze');
  });
  const size = async () => (await c.query(`select pg_size_pretty(pg_total_relation_size('progress_events')) e, pg_size_pretty(pg_total_relation_size('onboarding_sessions')) s`)).rows[0];
  console.log(await size());
  await time(`up ${N} users, ${N * EV} events`, () => prepareDatabase(owner, app));
  console.log(await size());
  if (process.argv[4]) await time('down', () => orm.migrator.down({ to: 'Migration20261126EventCause' }));
  await orm.close(true); await c.end();
} finally { await postgres.stop(); }
