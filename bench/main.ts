// npm run bench: how fast the service is, against what, and whether it stays so. See docs/performance.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { againstFloor } from './against-floor.ts';
import { growth } from './growth.ts';
import { importUsers } from './import.ts';
import { live } from './live.ts';
import { memory } from './memory.ts';
import { operators } from './operators.ts';
import { readOptions, Refused, type Options } from './options.ts';
import { Stops } from './processes.ts';
import type { Report, Run } from './run.ts';
import { ensureBuild, ROOT } from './service-build.ts';
import { start } from './start.ts';

/** Figures of a machine that was busy with something else before are worth little. */
const [busy = 0] = loadavg();

const stops = new Stops();
const interrupted = new Promise<never>((_, fail) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => fail(new Refused(`Stopped by ${signal}.`)));
});

async function main(): Promise<void> {
  const options = readOptions();
  const { build, leave } = await ensureBuild();
  stops.add(leave);
  const run = { build, stops, say: (line: string) => console.error(line) };
  write(await report(options, run), options, basename(build.folder));
}

function report(options: Options, run: Run): Promise<Report> {
  switch (options.kind) {
    case 'floor':
      return againstFloor(run, options);
    case 'growth':
      return growth(run, options);
    case 'import':
      return importUsers(run, options);
    case 'live':
      return live(run, options);
    case 'memory':
      return memory(run, options);
    case 'operators':
      return operators(run, options);
    case 'start':
      return start(run, options);
  }
}

function write({ text, data }: Report, { kind, json }: Options, build: string): void {
  const time = new Date().toISOString();
  const { model } = cpus()[0] ?? {};
  const machine = { model, cores: availableParallelism(), node: process.version, loadBefore: busy };
  const file = json ?? join(ROOT, 'bench', 'results', `${kind}-${time.replaceAll(':', '-')}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ kind, time, build, machine, ...data }, null, 2));
  console.log(`\n${text}\n`);
  console.log(`${model}, ${machine.cores} cores, load before the run ${busy.toFixed(1)}, Node ${machine.node}`);
  console.log(`All figures: ${file}`);
}

try {
  await Promise.race([main(), interrupted]);
} catch (error) {
  console.error(error instanceof Refused ? error.message : error);
  process.exitCode = 1;
} finally {
  await stops.run();
}
// Whatever an interrupted run was about to do next is not done.
process.exit();
