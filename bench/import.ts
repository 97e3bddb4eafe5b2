import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cluster, type Database } from './cluster.ts';
import { DOCUMENT_BYTES, makeLegacyDatabase } from './legacy-database.ts';
import { cpuSeconds, residentMb } from './processes.ts';
import type { Report, Run } from './run.ts';
import { nodeFlags } from './service-build.ts';
import { serviceEnvironment } from './service.ts';
import { markdownTable } from './table.ts';

/** Users a second that an import is to reach. */
const WANTED = 300;

/** Milliseconds between two looks at the memory. */
const LOOK_MS = 100;

interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** At most. */
  readonly memory: number;
}

/** `npm run import` from a SQLite database, from the start of its process to its end: everybody new, and then everybody again. */
export async function importUsers({ build, stops, say }: Run, { users }: { users: number }): Promise<Report> {
  const cluster = await Cluster.start(build, stops);
  const database = await cluster.createDatabase('bench');
  const directory = mkdtempSync(join(tmpdir(), 'onboarding-bench-'));
  stops.add(() => rmSync(directory, { recursive: true, force: true }));
  const source = join(directory, 'legacy.db');
  say(`Making ${users} users of the older back end…`);
  makeLegacyDatabase(source, users);
  const command = [join(build.folder, 'cli', 'import.js'), '--from', `sqlite:${source}`, '--timezone', 'UTC'];
  const runs = [];
  for (const [name, ...options] of [['dry run', '--dry-run'], ['import'], ['again']] as const) {
    say(`Importing: ${name}…`);
    const report = join(directory, `${name}.ndjson`);
    runs.push({ name, ...(await run([...command, '--report', report, ...options], database)) });
  }
  const rows = runs.map(({ name, seconds, cpuSeconds, memory }) => [
    name,
    (users / seconds).toFixed(0),
    seconds.toFixed(1),
    ((cpuSeconds / users) * 1e6).toFixed(0),
    memory.toFixed(0),
    name === 'import' ? (users / seconds >= WANTED ? 'met' : 'MISSED') : '',
  ]);
  const head = ['run', 'users/s', 'seconds', 'CPU µs a user', 'MB', `${WANTED} users/s`];
  return {
    text: [`${users} users with ${DOCUMENT_BYTES} bytes of documents`, '', markdownTable(1, head, rows)].join('\n'),
    data: { users, runs },
  };
}

/** @throws when the import fails: what is fast but wrong is not measured */
async function run(args: readonly string[], { appUrl, ownerUrl }: Database): Promise<Taken> {
  const began = performance.now();
  const env = serviceEnvironment(appUrl, ownerUrl);
  const child = spawn(process.execPath, [...(await nodeFlags()), ...args], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  let [memory, cpu] = [NaN, NaN];
  const looking = setInterval(() => {
    // Both are gone with the process.
    memory = Math.max(residentMb(child.pid as number) ?? memory, Number.isNaN(memory) ? 0 : memory);
    cpu = cpuSeconds(child.pid as number) ?? cpu;
  }, LOOK_MS);
  const code = await new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  clearInterval(looking);
  if (code !== 0) throw new Error(`The import has failed:\n${said}`);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: cpu, memory };
}
