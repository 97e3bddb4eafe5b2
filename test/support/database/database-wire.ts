import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A statement as it was sent: the text that its name stands for, and its values in PostgreSQL's own notation. */
export interface SentStatement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly (string | Buffer | null)[];
}

export interface Traffic {
  /** How often something was written after an answer had come: what a request waits for. */
  readonly roundTrips: number;
  readonly statements: readonly SentStatement[];
}

/** Answers are held back for this long: what is written without waiting for them is then plainly written before them. */
const HELD_BACK_MS = 5;

/** A port before PostgreSQL that reads along what a service sends, without asking the service. */
export class DatabaseWire {
  #roundTrips = 0;
  #statements: SentStatement[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    /** The database's address through here. */
    readonly url: string,
  ) {}

  static async before(databaseUrl: string): Promise<DatabaseWire> {
    const { hostname, port } = new URL(databaseUrl);
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const here = { hostname: '127.0.0.1', port: String((server.address() as AddressInfo).port) };
    const wire = new DatabaseWire(server, Object.assign(new URL(databaseUrl), here).href);
    server.on('connection', (client) => wire.#join(client, connect(Number(port || 5432), hostname)));
    return wire;
  }

  /** What is sent from now until `work` is done; hints are left out. */
  async during(work: () => Promise<void>): Promise<Traffic> {
    this.#roundTrips = 0;
    this.#statements = [];
    await work();
    return { roundTrips: this.#roundTrips, statements: this.#statements };
  }

  async close(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(client: Socket, database: Socket): void {
    let sent: SentStatement[] = [];
    const messages = new Messages((statement) => sent.push(statement));
    let heard = true;
    for (const [socket, other] of [
      [client, database],
      [database, client],
    ] as const) {
      this.#sockets.add(socket.setNoDelay(true));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      sent = [];
      messages.read(bytes);
      database.write(bytes);
      // A hint to other processes follows a request's answer, and is no part of the request.
      if (sent.length > 0 && sent.every(isHint)) return;
      if (heard) this.#roundTrips++;
      heard = false;
      this.#statements.push(...sent);
    });
    database.on('data', (bytes: Buffer) => {
      setTimeout(() => {
        heard = true;
        client.write(bytes);
      }, HELD_BACK_MS);
    });
  }
}

const isHint = ({ name }: SentStatement): boolean => name.startsWith('notify-');

/** One connection's messages to the server. Source: PostgreSQL documentation, "Message Formats". */
class Messages {
  readonly #texts = new Map<string, string>();
  #rest = Buffer.alloc(0);
  #started = false;

  constructor(private readonly onStatement: (statement: SentStatement) => void) {}

  read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      // The first message has no letter before its length.
      const head = this.#started ? 1 : 0;
      if (this.#rest.length < head + 4) return;
      const end = head + this.#rest.readInt32BE(head);
      if (this.#rest.length < end) return;
      this.#take(this.#started ? String.fromCharCode(this.#rest.readUInt8(0)) : '', this.#rest.subarray(head + 4, end));
      this.#started = true;
      this.#rest = this.#rest.subarray(end);
    }
  }

  #take(kind: string, body: Buffer): void {
    const reader = new Reader(body);
    if (kind === 'P') this.#texts.set(reader.text(), reader.text());
    if (kind === 'Q') this.onStatement({ name: '', text: reader.text(), values: [] });
    if (kind === 'B') {
      reader.text();
      const name = reader.text();
      const text = this.#texts.get(name);
      if (text === undefined) throw new Error(`Nothing was prepared as ${name}`);
      this.onStatement({ name, text, values: reader.values() });
    }
  }
}

class Reader {
  #at = 0;

  constructor(private readonly body: Buffer) {}

  text(): string {
    const end = this.body.indexOf(0, this.#at);
    const text = this.body.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** The formats of the values (0 is text, 1 binary), then the values themselves. */
  values(): (string | Buffer | null)[] {
    const formats = Array.from({ length: this.#int16() }, () => this.#int16());
    return Array.from({ length: this.#int16() }, (_, index) => {
      const length = this.body.readInt32BE(this.#at);
      this.#at += 4 + Math.max(length, 0);
      if (length < 0) return null;
      const value = this.body.subarray(this.#at - length, this.#at);
      return (formats[index] ?? formats[0] ?? 0) === 1 ? Buffer.from(value) : value.toString();
    });
  }

  #int16(): number {
    this.#at += 2;
    return this.body.readInt16BE(this.#at - 2);
  }
}
