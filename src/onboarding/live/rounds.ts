/** Visits each of many things once in a round, a few at a time, so that no turn of the event loop has to visit all. */
export class Rounds<T> {
  readonly #slots: readonly Set<T>[];
  #nextToFill = 0;
  #nextToVisit = 0;

  /** @param slots visits that make a round */
  constructor(slots: number) {
    this.#slots = Array.from({ length: slots }, () => new Set<T>());
  }

  /** Adds it to the slot whose turn it is, whenever it comes: thousands that come at once are spread over the round. @returns how to remove it */
  add(item: T): () => void {
    const slot = this.#slots[this.#nextToFill++ % this.#slots.length] as Set<T>;
    slot.add(item);
    return () => slot.delete(item);
  }

  /** The things whose turn it is. */
  next(): Iterable<T> {
    return [...(this.#slots[this.#nextToVisit++ % this.#slots.length] as Set<T>)];
  }
}
