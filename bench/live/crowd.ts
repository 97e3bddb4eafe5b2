import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { nextMessage } from '../messages.ts';
import { end, type Stops } from '../processes.ts';
import type { ChangesResult } from './changes.ts';
import type { MemberOptions, Tally } from './member.ts';
import type { Door } from './raw-connection.ts';
import type { Spread } from './spread.ts';

export type CrowdTask =
  | { readonly kind: 'open'; readonly url: string; readonly door: Door; readonly users: readonly MemberOptions[] }
  | { readonly kind: 'watch'; readonly seconds: number }
  | { readonly kind: 'change'; readonly url: string; readonly aSecond: number; readonly seconds: number }
  /** The members' process gets a signal, and they are to find the one at `url`. */
  | { readonly kind: 'lose'; readonly pid: number; readonly signal: 'SIGTERM' | 'SIGKILL'; readonly url: string }
  | { readonly kind: 'close' };

export interface OpenResult {
  readonly seconds: number;
  /** Milliseconds from connecting until nothing is missed any more. */
  readonly toLive: Spread;
}

export interface LossResult {
  readonly attempts: number;
  readonly notServed: number;
  /** Seconds from the signal to the first loss, from the first to the last loss, and from the first loss until all are live. */
  readonly firstLost: number;
  readonly losing: number;
  readonly allServed: number;
  /** Milliseconds of each member: from its loss until it is live, and of this the last attempt. */
  readonly gone: Spread;
  readonly toLive: Spread;
  /** Milliseconds of reads of the status meanwhile, and how they were answered. */
  readonly reads: Spread;
  readonly readStatuses: Readonly<Record<number, number>>;
  readonly changeStatuses: Readonly<Record<number, number>>;
  /** Members that in the end do not have the position that the service has for them. */
  readonly behind: number;
}

export type TaskResult = object | OpenResult | ChangesResult | LossResult;

/** What a task has come to, what the members saw meanwhile, and the share of a core that the crowd has used. */
export type Outcome<Result> = Result & { readonly tally: Tally; readonly load: number };

/** Thousands of clients, in another process. */
export class Crowd {
  readonly #child: ChildProcess;

  constructor(stops: Stops) {
    this.#child = fork(join(import.meta.dirname, 'crowd-process.ts'));
    stops.add(() => end(this.#child));
  }

  /** @returns once all are live */
  open(url: string, door: Door, users: readonly MemberOptions[]): Promise<Outcome<OpenResult>> {
    return this.#run({ kind: 'open', url, door, users });
  }

  watch(seconds: number): Promise<Outcome<object>> {
    return this.#run({ kind: 'watch', seconds });
  }

  /** Members complete a step at this process. */
  change(url: string, aSecond: number, seconds: number): Promise<Outcome<ChangesResult>> {
    return this.#run({ kind: 'change', url, aSecond, seconds });
  }

  lose(pid: number, signal: 'SIGTERM' | 'SIGKILL', url: string): Promise<Outcome<LossResult>> {
    return this.#run({ kind: 'lose', pid, signal, url });
  }

  close(): Promise<Outcome<object>> {
    return this.#run({ kind: 'close' });
  }

  #run<Result>(task: CrowdTask): Promise<Outcome<Result>> {
    this.#child.send(task);
    return nextMessage(this.#child);
  }
}
