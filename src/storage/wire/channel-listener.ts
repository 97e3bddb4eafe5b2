import pg from 'pg';

/** Milliseconds before the first attempt to connect again, and the most that later ones wait. */
const FIRST_WAIT = 250;
const LONGEST_WAIT = 5000;

/** Milliseconds that PostgreSQL has to end a connection before it is cut. */
const FAREWELL = 1000;

/** What a listener does with what comes. The functions must be quick: PostgreSQL keeps what its slowest listener has not read. */
export interface ChannelEars {
  readonly onPayload: (payload: string) => void;
  /** The connection listens from here on; what was sent before may be lost. */
  readonly onListening: () => void;
  /** The connection is lost, or could not be had. Another one is on its way. */
  readonly onLost: (error: Error) => void;
}

/** Listens on one channel (PostgreSQL's LISTEN) over a connection of its own, and opens another one whenever it breaks. */
export class ChannelListener {
  #client: pg.Client | null = null;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #isStopped = false;

  /** @param channel a name in lower case, since it stands in SQL as it is */
  constructor(
    private readonly options: pg.ClientConfig,
    private readonly channel: string,
    private readonly ears: ChannelEars,
  ) {
    this.#connect();
  }

  /** Gives up the connection, which may be one that has died without a word, and opens another. */
  restart(): void {
    this.#lose(this.#client, new Error('The connection tells nothing.'));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retry);
    const client = this.#client;
    this.#client = null;
    if (!client) return;
    const cut = setTimeout(() => client.connection.stream.destroy(), FAREWELL);
    await client.end().catch(() => undefined);
    clearTimeout(cut);
  }

  #connect(): void {
    const client = new pg.Client(this.options);
    this.#client = client;
    // A broken connection says so up to three times.
    client.on('error', (error) => this.#lose(client, error));
    client.on('end', () => this.#lose(client, new Error('The connection has ended.')));
    client.on('notification', ({ payload = '' }) => this.ears.onPayload(payload));
    client
      .connect()
      .then(() => client.query(`listen ${this.channel}`))
      .then(() => this.#listens(client))
      .catch((error: unknown) => this.#lose(client, error as Error));
  }

  #listens(client: pg.Client): void {
    if (client !== this.#client) return;
    this.#failures = 0;
    this.ears.onListening();
  }

  #lose(client: pg.Client | null, error: Error): void {
    if (client !== this.#client || this.#isStopped) return;
    this.#client = null;
    client?.connection.stream.destroy();
    clearTimeout(this.#retry);
    // Half of it by chance: processes that lose one server do not all come back at once.
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures++);
    this.#retry = setTimeout(() => this.#connect(), wait * (0.5 + Math.random() / 2)).unref();
    this.ears.onLost(error);
  }
}
