import type pg from 'pg';
import { oldestUnanswered } from './batch.js';

/** Checks in the time that an answer may take. */
const CHECKS = 8;

/**
 * Gives up connections on which PostgreSQL does not answer in time, as if they had broken. One timer for all connections: the driver's
 * own time-out, a timer for each query, keeps what belongs to a request alive beyond it.
 */
export class AnswerWatch {
  readonly #clients: pg.PoolClient[] = [];
  readonly #timer: NodeJS.Timeout;

  /** @param timeoutMs milliseconds that an answer may take */
  constructor(
    pool: pg.Pool,
    private readonly timeoutMs: number,
  ) {
    pool.on('connect', (client) => this.#clients.push(client));
    pool.on('remove', (client) => {
      const place = this.#clients.indexOf(client);
      if (place >= 0) this.#clients.splice(place, 1);
    });
    this.#timer = setInterval(() => this.#check(), timeoutMs / CHECKS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    const latest = performance.now() - this.timeoutMs;
    for (const { connection } of this.#clients) {
      const sentAt = oldestUnanswered(connection);
      if (sentAt !== null && sentAt < latest) connection.stream.destroy();
    }
  }
}
