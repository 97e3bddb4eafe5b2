import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Reply = (response: ServerResponse) => void;

/** A sign-in provider's set of public keys on loopback, which can be told to fail in every way. */
export class KeySetServer {
  /** How often it was asked. */
  fetches = 0;
  #reply: Reply = (response) => response.writeHead(500).end();
  readonly #server: Server = createServer((_request, response) => {
    this.fetches += 1;
    this.#reply(response);
  });
  #port = 0;

  static async start(): Promise<KeySetServer> {
    const server = new KeySetServer();
    await server.up();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/keys.json`;
  }

  /** Answers with these keys from now on. */
  serve(keys: readonly object[]): void {
    this.reply((response) => response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys })));
  }

  /** Answers in this way from now on. */
  reply(reply: Reply): void {
    this.#reply = reply;
  }

  /** Listens (again), on the port that it had. */
  async up(): Promise<void> {
    await new Promise<void>((done) => this.#server.listen(this.#port, '127.0.0.1', done));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Is gone: connections are refused. */
  async down(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeAllConnections();
    await closed;
  }
}
