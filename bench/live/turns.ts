import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Service } from '../service.ts';

/** Milliseconds, of the longest turns of a process's event loop. */
export interface Turns {
  /** On the clock: also while other processes have the core. */
  readonly turn: number;
  /** Of processor time between two checks of the probe. */
  readonly work: number;
}

/** Milliseconds between two looks for what the probe has written. */
const LOOK = 20;

/** How a service is started so that its turns can be measured. */
export const probed = (file: string) => ({
  flags: ['--import', pathToFileURL(join(import.meta.dirname, 'turns-probe.ts')).href],
  environment: { TURNS_FILE: file },
});

/** The longest turns while something lasts. */
export async function turnsDuring<T>(service: Service, file: string, work: () => Promise<T>): Promise<[T, Turns]> {
  service.child.kill('SIGUSR2');
  const result = await work();
  service.child.kill('SIGUSR2');
  while (!existsSync(file)) await delay(LOOK);
  // It may not be written completely yet.
  await delay(LOOK);
  const turns = JSON.parse(readFileSync(file, 'utf8')) as Turns;
  rmSync(file);
  return [result, turns];
}
