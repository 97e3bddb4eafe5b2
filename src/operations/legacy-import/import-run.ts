import { lineOfLeftover, type Outcome, type ReportLine } from './import-report.js';
import type { Found } from './legacy-user.js';
import type { UserImport } from './user-import.js';

/** Users who are imported at once; as many connections are enough. */
export const AT_ONCE = 8;

/** What a run has come to so far, also where it was cut off. */
export class ImportSummary {
  readonly #outcomes = new Map<Outcome, number>();
  readonly #warnings = new Map<string, number>();
  #leftovers = 0;
  #lines = 0;

  /** Lines of the report. */
  get lines(): number {
    return this.#lines;
  }

  /** Lines of what belongs to nobody. */
  get leftovers(): number {
    return this.#leftovers;
  }

  of(outcome: Outcome): number {
    return this.#outcomes.get(outcome) ?? 0;
  }

  /** Lines with a warning, by its code. */
  get warnings(): ReadonlyMap<string, number> {
    return this.#warnings;
  }

  add({ user_id, outcome, warnings }: ReportLine): void {
    this.#lines += 1;
    if (user_id === null) this.#leftovers += 1;
    this.#outcomes.set(outcome, this.of(outcome) + 1);
    for (const code of new Set(warnings.map((warning) => warning.code))) {
      this.#warnings.set(code, (this.#warnings.get(code) ?? 0) + 1);
    }
  }
}

/** Imports all users whom the sources know, some at once, and reports each as soon as they are stored. */
export class ImportRun {
  constructor(
    private readonly users: UserImport,
    /** Resolves once the line is written. */
    private readonly report: (line: ReportLine) => Promise<void>,
    /** Stops the run after the users at hand. */
    private readonly signal: AbortSignal,
  ) {}

  /**
   * @param summary gets what has come of each user, so that it has it when the run is cut off, too
   * @param onProgress called after each line with the number of users
   * @returns whether no user is left
   */
  async run(
    found: AsyncIterable<Found>,
    summary: ImportSummary,
    onProgress: (users: number) => void,
  ): Promise<boolean> {
    const iterator = found[Symbol.asyncIterator]();
    let isOver = false;
    let isDone = false;
    const work = async () => {
      while (!isOver && !this.signal.aborted) {
        const next = await iterator.next();
        if (next.done) {
          isDone = true;
          return;
        }
        const line = await this.#import(next.value);
        await this.report(line);
        summary.add(line);
        onProgress(summary.lines - summary.leftovers);
      }
    };
    const stopOthers = (error: unknown) => {
      isOver = true;
      throw error;
    };
    const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => work().catch(stopOthers)));
    await iterator.return?.();
    const failure = ends.find((end) => end.status === 'rejected');
    if (failure) throw failure.reason;
    return isDone;
  }

  async #import(found: Found): Promise<ReportLine> {
    return 'user' in found ? this.users.import(found.user) : lineOfLeftover(found.leftover);
  }
}
