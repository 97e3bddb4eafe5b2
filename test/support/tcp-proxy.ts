import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A port of its own before a server: it stays the same when the server comes back on another, and can play dead. */
export class TcpProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #stalled = false;

  private constructor(private target: number) {
    this.#server = createServer({ pauseOnConnect: true }, (client) => this.#accept(client));
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
    this.#stalled = false;
    await new Promise<void>((done, fail) => {
      this.#server.once('error', fail);
      this.#server.listen(this.#port, '127.0.0.1', done);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Breaks every connection, and refuses new ones. */
  async close(): Promise<void> {
    const closed = new Promise((done) => this.#server.close(done));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Accepts connections and takes what is sent, but never answers: as a server that hangs, or a network that swallows. */
  stall(): void {
    this.#stalled = true;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  #accept(client: Socket): void {
    this.#track(client);
    if (this.#stalled) return;
    const server = connect(this.target, '127.0.0.1');
    this.#track(server);
    client.pipe(server).pipe(client);
    // One end takes the other along.
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
  }
}
