import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process of this machine. A value that the system hides is undefined. */
export interface ProcessState {
  /** When it started, in the system's format: a later process with the same id has another value. */
  readonly startedAt: string | undefined;
  /** Its program and arguments. */
  readonly command: string | undefined;
}

const UNKNOWN: ProcessState = { startedAt: undefined, command: undefined };

/** The process with this id; null if there is none. */
export function findProcess(pid: number): ProcessState | null {
  if (!isAlive(pid)) return null;
  return (process.platform === 'linux' ? readProc(pid) : askPs(pid)) ?? UNKNOWN;
}

/** Whether there is such a process; a zombie is none. */
export function isAlive(pid: number): boolean {
  return signal(pid, 0) && !(process.platform === 'linux' && readStat(pid)?.[STATE] === 'Z');
}

/** Whether there is such a process; signal 0 only checks. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  // Zero and negative numbers name groups of processes.
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fields of `/proc/<pid>/stat`, counted from the one behind the name. Source: proc_pid_stat(5), fields 3 and 22. */
const STATE = 0;
const START_TIME = 19;

function readStat(pid: number): string[] | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  // The name is in brackets, and may hold brackets and blanks itself.
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(pid: number): ProcessState {
  const command = readIfThere(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ');
  return { startedAt: readStat(pid)?.[START_TIME], command };
}

/** For files that other processes make and remove; null if the file cannot be read. */
export function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Null on Windows, which has no `ps`. */
function askPs(pid: number): ProcessState | null {
  const { stdout } = spawnSync('/bin/ps', ['-ww', '-o', 'lstart=,command=', '-p', String(pid)], {
    env: { LC_ALL: 'C', TZ: 'UTC' },
    encoding: 'utf8',
  });
  const [, startedAt, command] = /^(\w+ \w+ +\d+ [\d:]+ \d+) +(.+)$/m.exec(stdout ?? '') ?? [];
  return startedAt === undefined ? null : { startedAt, command };
}
