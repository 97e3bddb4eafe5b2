import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Cluster } from './cluster.ts';
import { end } from './processes.ts';
import type { Report, Run } from './run.ts';
import { nodeFlags } from './service-build.ts';
import { serviceEnvironment, Service } from './service.ts';
import { markdownTable, median } from './table.ts';

const ALLOWED_MS = 1500;

/**
 * From the start of the process to the first 200 of /health/ready, on a database that is migrated; and how long a process takes
 * that goes only a part of the way. Once as a service that migrates by itself, once as one that is not told the owner.
 */
export async function start({ build, stops, say }: Run, { times }: { times: number }): Promise<Report> {
  const cluster = await Cluster.start(build, stops);
  const database = await cluster.createDatabase('bench');
  const repeat = async (part: () => Promise<number>): Promise<readonly number[]> => {
    const took: number[] = [];
    while (took.length < times) took.push(await part());
    return took;
  };
  const flags = await nodeFlags();
  const ways = [];
  for (const ownerUrl of [database.ownerUrl, undefined]) {
    const way = ownerUrl === undefined ? 'without DATABASE_MIGRATION_URL' : 'with DATABASE_MIGRATION_URL';
    say(`Starting ${times} times ${way}…`);
    const environment = serviceEnvironment(database.appUrl, ownerUrl);
    const main = join(build.folder, 'main.js');
    ways.push({
      way,
      node: await repeat(() => untilEnd(['--eval', ''], environment)),
      // It reads its configuration first, and ends with what is wrong with it.
      modules: await repeat(() => untilEnd([...flags, main], { ...environment, PORT: 'none' })),
      ready: await repeat(async () => {
        const began = performance.now();
        const service = await Service.start(build, database.appUrl, stops, ownerUrl);
        const took = performance.now() - began;
        await end(service.child);
        return took;
      }),
    });
  }
  const rows = ways.map(({ way, node, modules, ready }) => {
    const marks = [0, ...[node, modules, ready].map(median)];
    const parts = marks.slice(1).map((mark, index) => (mark - (marks[index] ?? 0)).toFixed(0));
    const all = median(ready);
    const range = `${Math.min(...ready).toFixed(0)}–${Math.max(...ready).toFixed(0)}`;
    return [way, all <= ALLOWED_MS ? 'met' : 'MISSED', all.toFixed(0), range, ...parts];
  });
  return {
    text: markdownTable(
      2,
      ['start', `${ALLOWED_MS} ms`, 'ms', 'min–max', 'Node', 'modules', 'database, application, first answer'],
      rows,
    ),
    data: { ways },
  };
}

/** Milliseconds that a process takes, whatever it comes to. */
function untilEnd(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { env, cwd: import.meta.dirname, stdio: 'ignore' });
    child.on('error', fail);
    child.on('exit', () => done(performance.now() - began));
  });
}
