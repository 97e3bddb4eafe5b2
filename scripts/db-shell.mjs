#!/usr/bin/env node
// `npm run db:shell`: psql on the database that the configuration names, or else on the embedded one, which is started for it.
// As the schema's owner: the service's own login sees no row unless `app.user_id` is set, and the owner sees all of them.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuild } from './build.mjs';

if (spawnSync('psql', ['--version']).error) {
  fail('psql is not there: install the client of PostgreSQL (apt install postgresql-client, brew install libpq).');
}
const build = await ensureBuild();
const load = (file) => import(pathToFileURL(join(build, file)).href);
const { loadConfiguration } = await load('ground/config/load-configuration.js');
const { startDatabase } = await load('storage/postgres/start-database.js');

let database;
try {
  const configuration = loadConfiguration();
  const { DATABASE_URL, DATABASE_MIGRATION_URL: ownerUrl } = configuration;
  if (DATABASE_URL && !ownerUrl) fail('DATABASE_MIGRATION_URL must name the connection of the schema’s owner.');
  database = ownerUrl ? { ownerUrl, stop: () => undefined } : await startDatabase(configuration, console.error);
} catch (error) {
  fail(error.message);
}
const address = new URL(database.ownerUrl);
const PGPASSWORD = decodeURIComponent(address.password);
// Arguments of a process are there for every user of the machine to read.
address.password = '';
const psql = spawn('psql', [address.href, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, ...(PGPASSWORD === '' ? {} : { PGPASSWORD }) },
});
// psql cancels its statement on Ctrl-C, and goes on.
process.on('SIGINT', () => undefined);
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => psql.kill(signal));
psql.on('exit', async (code) => {
  await database.stop();
  process.exit(code ?? 1);
});

function fail(line) {
  console.error(line);
  process.exit(1);
}
