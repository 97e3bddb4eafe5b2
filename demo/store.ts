import { useEffect, useState } from 'preact/hooks';

/** A value that parts of the page show, and show again when it changes. */
export class Store<T extends object> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(initial: T) {
    this.#value = initial;
  }

  get value(): T {
    return this.#value;
  }

  update(change: Partial<T>): void {
    this.#value = { ...this.#value, ...change };
    for (const listener of this.#listeners) listener();
  }

  /** @returns what ends it */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The value as it is now; the component is drawn again after each change. */
export function useStore<T extends object>(store: Store<T>): T {
  const [value, show] = useState(store.value);
  useEffect(() => {
    show(store.value);
    return store.subscribe(() => show(store.value));
  }, [store]);
  return value;
}
