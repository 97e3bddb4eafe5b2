import type { Batch } from './batch.js';

/** A read that waits for a connection, until one takes it. */
export interface WaitingRead {
  readonly batch: Batch;
  /** How many were added before it. */
  readonly place: number;
}

/** Empty places before the list is made shorter. */
const MOST_EMPTY = 256;

/**
 * Reads that wait for a connection, the oldest first. An array and no `Set`: V8's hash tables point from each table that was replaced to
 * its successor, so that all that passes through one survives until the next collection of old objects. For the same reason the place of a
 * read that was taken is emptied at once.
 */
export class WaitingReads {
  readonly #places: (WaitingRead | null)[] = [];
  /** The index of the oldest that may still wait. */
  #first = 0;
  /** How many places were dropped from the list. */
  #dropped = 0;

  add(batch: Batch): WaitingRead {
    const read = { batch, place: this.#dropped + this.#places.length };
    this.#places.push(read);
    return read;
  }

  /** Takes a read, wherever it is. False if it was taken before. */
  take(read: WaitingRead): boolean {
    const index = read.place - this.#dropped;
    if (this.#places[index] !== read) return false;
    this.#places[index] = null;
    this.#skipEmpty();
    return true;
  }

  /** Takes the oldest. */
  takeFirst(): WaitingRead | null {
    const read = this.#places[this.#first];
    return read && this.take(read) ? read : null;
  }

  #skipEmpty(): void {
    while (this.#places[this.#first] === null) this.#first += 1;
    if (this.#first < MOST_EMPTY && this.#first < this.#places.length) return;
    this.#dropped += this.#first;
    this.#places.splice(0, this.#first);
    this.#first = 0;
  }
}
