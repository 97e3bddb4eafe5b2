// npm run bench: how fast the service is, against what, and whether it stays so. See docs/performance.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { againstLimit } from './against-limit.ts';
import { growth } from './growth.ts';
import { memory } from './memory.ts';
import { OPERATIONS } from './operations.ts';
import { Stops } from './processes.ts';
import type { CompareOptions, Report, Run } from './run.ts';
import { ensureBuild, ROOT } from './service-build.ts';
import { start } from './start.ts';

/** Said in one line; anything else is a defect, with its stack. */
class Refused extends Error {}

const { values: options, positionals } = parseArgs({
  options: {
    // What to find out; else: how fast the service is beside the limit.
    growth: { type: 'boolean', default: false },
    memory: { type: 'boolean', default: false },
    start: { type: 'boolean', default: false },
    // How.
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    users: { type: 'string' },
    operations: { type: 'string' },
    json: { type: 'string' },
  },
  allowPositionals: true,
});

function report(run: Run): Promise<Report> {
  if (options.growth) return growth(run, comparing(wholeNumber('growth', positionals[0], 10_000)));
  if (options.memory) return memory(run, wholeNumber('users', options.users, 100_000));
  if (options.start) return start(run, wholeNumber('rounds', options.rounds, 10));
  return againstLimit(run, comparing(wholeNumber('users', options.users, 1000)));
}

function comparing(users: number): CompareOptions {
  const names = options.operations?.split(',') ?? OPERATIONS.map(({ name }) => name);
  const operations = names.map((wanted) => {
    const operation = OPERATIONS.find(({ name }) => name === wanted);
    if (!operation)
      throw new Refused(`--operations: ${wanted} is none of ${OPERATIONS.map((o) => o.name).join(', ')}.`);
    return operation;
  });
  const rounds = wholeNumber('rounds', options.rounds, 5);
  return { operations, rounds, seconds: wholeNumber('seconds', options.seconds, 3), users };
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Refused(`--${name} must be a whole number, from 1 to 9,999,999.`);
  return Number(text);
}

function write({ text, data }: Report, build: string): void {
  const machine = { cores: availableParallelism(), model: cpus()[0]?.model, node: process.version };
  const time = new Date().toISOString();
  const file = options.json ?? join(ROOT, 'bench', 'results', `${time.replaceAll(':', '-')}.json`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ time, build: basename(build), machine, ...data }, null, 2));
  console.log(
    `\n${text}\n\n${machine.model}, ${machine.cores} cores, Node ${machine.node}. Every figure is in ${file}`,
  );
}

const stops = new Stops();
const interrupted = new Promise<never>((_, fail) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => fail(new Refused(`Stopped by ${signal}.`)));
});

async function main(): Promise<void> {
  const { build, leave } = await ensureBuild();
  stops.add(leave);
  write(await report({ build, stops, say: (line) => console.error(line) }), build.folder);
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
