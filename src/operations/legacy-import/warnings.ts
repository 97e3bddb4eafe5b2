import type { Warning } from './legacy-user.js';

/** What people should know of one user, each thing once. */
export class Warnings {
  readonly #found = new Map<string, Warning>();

  add(code: string, detail: string): void {
    this.#found.set(`${code} ${detail}`, { code, detail });
  }

  get list(): readonly Warning[] {
    return [...this.#found.values()];
  }
}
