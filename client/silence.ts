/** Notices when a connection has been silent for too long: a network may lose it without telling either end. */
export class Silence {
  readonly #limitMs: number;
  readonly #onLimit: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** By the clock, since timers and `performance` may stand still while a machine sleeps. */
  #since = 0;

  constructor(limitMs: number, onLimit: () => void) {
    this.#limitMs = limitMs;
    this.#onLimit = onLimit;
    this.breaks();
  }

  get ms(): number {
    return Date.now() - this.#since;
  }

  /** The connection has given a sign of life. */
  breaks(): void {
    this.end();
    this.#since = Date.now();
    this.#timer = setTimeout(this.#onLimit, this.#limitMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
