import type { Batch } from './batch.js';

/** A read that waits for a connection, until one takes it. */
export interface WaitingRead {
  readonly batch: Batch;
  isWaiting: boolean;
}

/** Entries that were taken before the list is made shorter. */
const MOST_TAKEN = 512;

/**
 * Reads that wait for a connection, the oldest first. An array and no `Set`: V8's hash tables point from each table that was replaced to
 * its successor, so that all that passes through one survives until the next collection of old objects.
 */
export class WaitingReads {
  readonly #reads: WaitingRead[] = [];
  #first = 0;

  add(batch: Batch): WaitingRead {
    const read = { batch, isWaiting: true };
    this.#reads.push(read);
    return read;
  }

  /** Takes a read, wherever it is. False if it was taken before. */
  take(read: WaitingRead): boolean {
    if (!read.isWaiting) return false;
    read.isWaiting = false;
    this.#forgetTaken();
    return true;
  }

  /** Takes the oldest. */
  takeFirst(): WaitingRead | null {
    const read = this.#reads[this.#first];
    return read && this.take(read) ? read : null;
  }

  #forgetTaken(): void {
    while (this.#reads[this.#first]?.isWaiting === false) this.#first += 1;
    if (this.#first < MOST_TAKEN && this.#first < this.#reads.length) return;
    this.#reads.splice(0, this.#first);
    this.#first = 0;
  }
}
