import { connect, type Socket } from 'node:net';

export type Door = 'websocket' | 'events';

/** A message of the service, as far as the bench looks at it. */
export interface Message {
  readonly type: 'snapshot' | 'event' | 'live' | 'status' | 'beat' | 'error';
  readonly position: string;
  readonly retry_ms?: number;
}

export interface Target {
  readonly url: string;
  readonly door: Door;
  readonly authorization: string;
  /** Null: the client has nothing yet. */
  readonly after: string | null;
}

export interface Ears {
  onMessage(message: Message): void;
  /** @param refusal the status with which the connection was refused; null: it was open */
  onEnd(refusal: number | null): void;
}

const NOTHING = Buffer.alloc(0);

/** Masked with zeros: what a client has to send as it is. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const CLOSE = Buffer.from([0x88, 0x80, 0, 0, 0, 0]);

const OPCODE = { text: 1, close: 8, ping: 9 };

/** One for all connections: what is read is used up before the next read. */
const readInto = Buffer.alloc(64 * 1024);

/** The least that a client does to be told: no library, since ten thousand of one are more work than the service has. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #read: (bytes: Buffer) => number;
  readonly #ears: Ears;
  /** Null until the head of the answer has been read. */
  #status: number | null = null;
  /** What has arrived of something that is not complete. */
  #rest: Buffer = NOTHING;

  constructor(target: Target, ears: Ears) {
    const { hostname: host, port } = new URL(target.url);
    this.#ears = ears;
    this.#read = target.door === 'websocket' ? (bytes) => this.#readFrames(bytes) : (bytes) => this.#readLines(bytes);
    const callback = (length: number, buffer: Uint8Array) => this.#take(buffer.subarray(0, length) as Buffer);
    this.#socket = connect({ host, port: Number(port), onread: { buffer: readInto, callback: kept(callback) } });
    this.#socket.setNoDelay(true);
    this.#socket.on('error', () => undefined);
    this.#socket.once('close', () => ears.onEnd(this.#isOpen ? null : (this.#status ?? 0)));
    this.#socket.write(requestOf(target));
  }

  end(): void {
    this.#socket.destroy();
  }

  get #isOpen(): boolean {
    return this.#status === 101 || this.#status === 200;
  }

  #take(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#status === null) {
      const end = bytes.indexOf('\r\n\r\n');
      if (end >= 0) this.#status = Number(bytes.toString('latin1', 9, 12));
      if (this.#status !== null && !this.#isOpen) this.end();
      else bytes = end < 0 ? bytes : bytes.subarray(end + 4);
    }
    const used = this.#isOpen ? this.#read(bytes) : 0;
    this.#rest = used === bytes.length ? NOTHING : Buffer.from(bytes.subarray(used));
  }

  /** Frames as a server sends them: without a mask, and here never in parts. @returns how many bytes they are */
  #readFrames(bytes: Buffer): number {
    let at = 0;
    while (at + 4 <= bytes.length || (at + 2 <= bytes.length && bytes[at + 1] === 0)) {
      const length = (bytes[at + 1] as number) === 126 ? bytes.readUInt16BE(at + 2) : (bytes[at + 1] as number);
      const start = at + ((bytes[at + 1] as number) === 126 ? 4 : 2);
      if (start + length > bytes.length) break;
      const opcode = (bytes[at] as number) & 0x0f;
      if (opcode === OPCODE.text) this.#tell(bytes.toString('utf8', start, start + length));
      else if (opcode === OPCODE.ping) this.#socket.write(PONG);
      else if (opcode === OPCODE.close) this.#socket.end(CLOSE);
      at = start + length;
    }
    return at;
  }

  /** The service writes whole lines into each chunk of its answer, so chunks are lines of their own here. */
  #readLines(bytes: Buffer): number {
    const end = bytes.lastIndexOf('\n') + 1;
    for (const line of bytes.toString('utf8', 0, end).split('\n'))
      if (line.startsWith('data: ')) this.#tell(line.slice(6));
    return end;
  }

  #tell(text: string): void {
    this.#ears.onMessage(JSON.parse(text) as Message);
  }
}

/** Node goes on reading only when it is told to. */
const kept = (take: (length: number, buffer: Uint8Array) => void) => (length: number, buffer: Uint8Array) => {
  take(length, buffer);
  return true;
};

function requestOf({ url, door, authorization, after }: Target): string {
  const route = door === 'websocket' ? 'live' : 'events';
  const query = after === null ? '' : `?after=${after}`;
  const handshake = [
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Protocol: onboarding.v1',
  ];
  return [
    `GET /api/onboarding/${route}${query} HTTP/1.1`,
    `Host: ${new URL(url).host}`,
    `Authorization: ${authorization}`,
    ...(door === 'websocket' ? handshake : ['Accept: text/event-stream']),
    '',
    '',
  ].join('\r\n');
}
