/** What a command returns: readable once the transaction is committed, and not before. */
export class Later<T> {
  #result: { readonly value: T } | null = null;

  /** For `UserDatabase`, after the commit. */
  settle(value: T): void {
    this.#result = { value };
  }

  /** @throws Error before the commit, and after a dry run, which commits nothing */
  get value(): T {
    if (!this.#result) throw new Error('A result can be read only once the transaction is committed');
    return this.#result.value;
  }
}
