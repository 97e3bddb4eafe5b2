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
    const script = (text: string) => repeat(() => untilEnd(text, flags, environment));
    const run = `await import(${JSON.stringify(`file://${join(build.folder, 'cli', 'run-service.js')}`)});`;
    const module = (file: string) => `await import(${JSON.stringify(`file://${join(build.folder, file)}`)})`;
    const checks = `
      const { loadConfiguration } = ${module('config/load-configuration.js')};
      const { startDatabase } = ${module('database/start-database.js')};
      await startDatabase(loadConfiguration(), () => undefined);`;
    ways.push({
      way,
      node: await script(''),
      modules: await script(run),
      database: await script(run + checks),
      ready: await repeat(async () => {
        const began = performance.now();
        const service = await Service.start(build, database.appUrl, stops, ownerUrl);
        const took = performance.now() - began;
        await end(service.child);
        return took;
      }),
    });
  }
  const rows = ways.map(({ way, node, modules, database, ready }) => {
    const marks = [0, ...[node, modules, database, ready].map(median)];
    const parts = marks.slice(1).map((mark, index) => (mark - (marks[index] ?? 0)).toFixed(0));
    const all = median(ready);
    const range = `${Math.min(...ready).toFixed(0)}–${Math.max(...ready).toFixed(0)}`;
    return [way, all <= ALLOWED_MS ? 'met' : 'MISSED', all.toFixed(0), range, ...parts];
  });
  return {
    text: markdownTable(
      2,
      ['start', `${ALLOWED_MS} ms`, 'ms', 'min–max', 'Node', 'modules', 'database', 'application, first answer'],
      rows,
    ),
    data: { ways },
  };
}

/** Milliseconds that a process takes for a script. */
function untilEnd(script: string, flags: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now();
  return new Promise((done, fail) => {
    const args = [...flags, '--input-type=module', '--eval', `${script}\nprocess.exit();`];
    const child = spawn(process.execPath, args, {
      env,
      cwd: import.meta.dirname,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    child.on('error', fail);
    child.on('exit', (code) =>
      code === 0 ? done(performance.now() - began) : fail(new Error('A part of the start has failed.')),
    );
  });
}
