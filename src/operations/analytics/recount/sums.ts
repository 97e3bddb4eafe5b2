import type { FlowId } from '../../../ground/config/wizard-flows.js';
import type { Period } from '../analytics-reads.js';
import { Durations } from './durations.js';
import { dayFrom } from './times.js';

/** Users of one flow who started on one day, at one step, in one window. */
export class Cell {
  entered = 0;
  completed = 0;
  skipped = 0;
  failed = 0;
  inProgress = 0;
  readonly durations = new Durations();

  addAll(other: Cell): void {
    this.entered += other.entered;
    this.completed += other.completed;
    this.skipped += other.skipped;
    this.failed += other.failed;
    this.inProgress += other.inProgress;
    this.durations.addAll(other.durations);
  }
}

interface Place {
  readonly flow: FlowId;
  readonly day: number;
}

/** Values by flow and day. */
export class ByDay<T> {
  readonly #places = new Map<string, Place & { readonly value: T }>();

  constructor(private readonly empty: () => T) {}

  at({ flow, day }: Place): T {
    const key = `${flow} ${day}`;
    const found = this.#places.get(key) ?? { flow, day, value: this.empty() };
    this.#places.set(key, found);
    return found.value;
  }

  /** Those of one flow, or of all, in days from `from` to `to`, which is not included. */
  *within({ from, to }: Period, flow: FlowId | null): Iterable<readonly [day: number, value: T]> {
    const [first, end] = [dayFrom(from), dayFrom(to)];
    for (const place of this.#places.values()) {
      if (place.day >= first && place.day < end && (flow ?? place.flow) === place.flow) yield [place.day, place.value];
    }
  }

  get days(): number[] {
    return [...this.#places.values()].map(({ day }) => day);
  }
}
