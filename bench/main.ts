// npm run bench: how fast the service is, against what, and whether it stays so. See docs/performance.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { againstLimit } from './against-limit.ts';
import { OPERATIONS } from './operations.ts';
import { Stops } from './processes.ts';
import type { CompareOptions, Report, Run } from './run.ts';
import { ensureBuild, ROOT } from './service-build.ts';

/** Said in one line; anything else is a defect, with its stack. */
class Refused extends Error {}

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    users: { type: 'string', default: '1000' },
    operations: { type: 'string' },
    json: { type: 'string' },
  },
});

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new Refused(`--${name} must be a whole number, from 1 on.`);
  return Number(text);
}

function compareOptions(): CompareOptions {
  const names = options.operations?.split(',') ?? OPERATIONS.map(({ name }) => name);
  return {
    rounds: wholeNumber('rounds', options.rounds),
    seconds: wholeNumber('seconds', options.seconds),
    users: wholeNumber('users', options.users),
    operations: names.map((wanted) => {
      const operation = OPERATIONS.find(({ name }) => name === wanted);
      if (!operation)
        throw new Refused(`--operations: ${wanted} is none of ${OPERATIONS.map((o) => o.name).join(', ')}.`);
      return operation;
    }),
  };
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

async function start(): Promise<void> {
  const plan = compareOptions();
  const { build, leave } = await ensureBuild();
  stops.add(leave);
  const run: Run = { build, stops, say: (line) => console.error(line) };
  write(await againstLimit(run, plan), build.folder);
}

try {
  await Promise.race([start(), interrupted]);
} catch (error) {
  console.error(error instanceof Refused ? error.message : error);
  process.exitCode = 1;
} finally {
  await stops.run();
}
// Whatever an interrupted run was about to do next is not done.
process.exit();
