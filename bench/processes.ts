import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What is to be done at the end, the latest first. */
export class Stops {
  readonly #stops: (() => unknown)[] = [];

  add(stop: () => unknown): void {
    this.#stops.push(stop);
  }

  async run(): Promise<void> {
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop()) await stop();
  }
}

/** Ends a process that was started here, and waits until it has ended. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
}

/** Of a second of the processor's time, as Linux counts it for processes on every architecture that Node runs on. */
const TICKS_A_SECOND = 100;

/** Seconds of processor time that a process has used so far; null where there is no /proc. */
export function cpuSeconds(pid: number): number | null {
  const ticks = statOf(pid, 11, 13);
  return ticks && sum(ticks) / TICKS_A_SECOND;
}

/** The same of a process with all its children, also of those that have ended. */
export function familyCpuSeconds(pid: number): number | null {
  const ended = statOf(pid, 13, 15);
  if (!ended) return null;
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && statOf(Number(name), 1, 2)?.[0] === pid);
  const running = [pid, ...children.map(Number)].map((each) => cpuSeconds(each) ?? 0);
  return sum(running) + sum(ended) / TICKS_A_SECOND;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Seconds for which the main thread of a process has waited for a core so far; null where Linux does not count them. */
export function waitedSeconds(pid: number): number | null {
  const [, nanoseconds] = readProc(pid, 'schedstat')?.split(' ') ?? [];
  return nanoseconds === undefined ? null : Number(nanoseconds) / 1e9;
}

/** Figures of what Linux says of a process, counted from behind its name; null where there is no /proc, or no such process. */
function statOf(pid: number, from: number, to: number): readonly number[] | null {
  const stat = readProc(pid, 'stat');
  // The second field, the name in parentheses, may hold anything.
  return stat === null
    ? null
    : stat
        .slice(stat.lastIndexOf(')') + 2)
        .split(' ')
        .slice(from, to)
        .map(Number);
}

/** Files and sockets that a process started here may have open; null where there is no /proc. */
export function mostOpenFiles(): number | null {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(readProc(process.pid, 'limits') ?? '') ?? [];
  return soft === undefined ? null : Number(soft);
}

/** Megabytes of resident memory; null where there is no /proc. */
export function residentMb(pid: number): number | null {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readProc(pid, 'status') ?? '') ?? [];
  return kilobytes === undefined ? null : Number(kilobytes) / 1024;
}

function readProc(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
