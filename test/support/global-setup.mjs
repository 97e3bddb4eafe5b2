// One PostgreSQL for the whole run, with a migrated database that every spec file copies.
import { mkdtempSync, chmodSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuild } from '../../scripts/build.mjs';
import { ROOT } from '../../scripts/install.mjs';
import { noteRunning } from '../../scripts/running.mjs';

const TEMPLATE = 'onboarding_template';

/** Durability is not what these tests are about; those about it start their own cluster. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

export default async function setUp() {
  // Services are started from this build until the end: another build must not remove it.
  globalThis.noLongerRunning = noteRunning(ROOT, process.pid);
  const build = await ensureBuild();
  const load = (file) => import(`file://${join(build, 'storage', 'postgres', file)}`);
  const { prepareDatabase } = await load('prepare-database.js');
  const cluster = process.env.TEST_EXTERNAL ? namedCluster() : await startCluster(load);
  const { default: pg } = await import('pg');
  const owner = new pg.Client({ connectionString: cluster.ownerUrl });
  await owner.connect();
  await owner.query(`drop database if exists ${TEMPLATE}`);
  await owner.query(`create database ${TEMPLATE}`);
  await owner.end();
  const named = (url) => Object.assign(new URL(url), { pathname: `/${TEMPLATE}` }).href;
  await prepareDatabase(named(cluster.ownerUrl), named(cluster.appUrl), {
    say: console.log,
    operatorUrl: named(cluster.operatorUrl),
  });
  // Workers inherit the environment: this is how they learn of it.
  process.env.TEST_CLUSTER = JSON.stringify({
    ownerUrl: cluster.ownerUrl,
    appUrl: cluster.appUrl,
    operatorUrl: cluster.operatorUrl,
    template: TEMPLATE,
    build,
  });
}

/** `npm run test:external`: a server of somebody else's; its owner must be allowed to create roles and databases. */
function namedCluster() {
  const { DATABASE_URL: appUrl, DATABASE_MIGRATION_URL: ownerUrl } = process.env;
  if (!appUrl || !ownerUrl) throw new Error('Set DATABASE_URL and DATABASE_MIGRATION_URL.');
  delete process.env.DATABASE_URL;
  delete process.env.DATABASE_MIGRATION_URL;
  return { appUrl, ownerUrl, operatorUrl: Object.assign(new URL(appUrl), { username: 'test_operator' }).href };
}

async function startCluster(load) {
  const { EmbeddedPostgres } = await load('embedded/embedded-postgres.js');
  const directory = mkdtempSync('/var/tmp/onboarding-test-');
  chmodSync(directory, 0o755);
  const postgres = await EmbeddedPostgres.start({ directory, superuserPassword: 'superuser', settings: FAST });
  globalThis.testCluster = { postgres, directory };
  const { default: pg } = await import('pg');
  const superuser = new pg.Client({ connectionString: postgres.url() });
  await superuser.connect();
  await superuser.query(`create role test_owner login createrole createdb password 'owner'`);
  await superuser.end();
  return {
    ownerUrl: postgres.url('test_owner', 'owner'),
    appUrl: postgres.url('test_app', 'app'),
    operatorUrl: postgres.url('test_operator', 'operator'),
  };
}
