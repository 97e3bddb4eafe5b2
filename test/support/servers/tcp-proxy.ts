import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pipeline, Transform, type TransformCallback } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** A separate port in front of a server: it stays the same when the server comes back on another, and can play a bad network. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #delayMs = 0;
  #stall = Promise.withResolvers<void>();

  private constructor(private target: number) {
    this.#stall.resolve();
    this.#server = createServer((client) => this.#accept(client));
  }

  static async to(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    await proxy.open();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** Listens on its port, and forwards to the target. */
  async open(target = this.target): Promise<void> {
    this.target = target;
    this.resume();
    await new Promise<void>((done, fail) => {
      this.#server.once('error', fail);
      this.#server.listen(this.#port, '127.0.0.1', done);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Breaks every connection, and refuses new ones. */
  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    this.cut();
    await closed;
  }

  /** Accepts connections and takes what is sent, but never answers: as a server that hangs, or a network that swallows. */
  stall(): void {
    this.#stall = Promise.withResolvers();
  }

  /** Hands on what was held back. */
  resume(): void {
    this.#stall.resolve();
  }

  /** From now on each piece is late by that much, both ways; 0 ends it. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Ends every connection; new ones are let in. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The same, without a good-bye: both ends are told that the connection was reset. */
  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  #accept(client: Socket): void {
    const server = connect(this.target, '127.0.0.1');
    this.#track(client);
    this.#track(server);
    // One end takes the other along.
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
    pipeline(client, this.#line(), server, () => undefined);
    pipeline(server, this.#line(), client, () => undefined);
  }

  /** One direction of a connection. What came first leaves first, however late it is. */
  #line(): Transform {
    const late = async (chunk: Buffer, done: TransformCallback) => {
      if (this.#delayMs > 0) await pause(this.#delayMs);
      await this.#stall.promise;
      done(null, chunk);
    };
    return new Transform({ transform: (chunk: Buffer, _encoding, done) => void late(chunk, done) });
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
