import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { eventually } from '../process/deadline.js';

/** One client, through either door, as a script sees it. */
export interface LiveClient {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The tokens that it has sent so far. */
  readonly tokens: readonly string[];
  readonly isOpen: boolean;
  /** Sends messages, in one piece. */
  send(...messages: readonly object[]): void;
  sendText(text: string): void;
  /** Ends it as the service does, with a last message about the status. */
  end(status: number, more?: object): void;
  /** Ends it as a broken network does. */
  cut(): void;
}

const SESSION = '01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10';

/** The position of a revision in the one session of the scripts. */
export const at = (revision: number) => `${revision}.${SESSION}`;

export const statusView = {
  is_completed: false,
  current_step: 2,
  completion_percentage: 33,
  next_step: 2,
  started_at: null,
  completed_at: null,
  can_proceed_to_final: false,
};

export const snapshot = (revision: number) => ({
  type: 'snapshot',
  position: at(revision),
  reason: 'first',
  status: statusView,
});
export const event = (revision: number) => ({
  type: 'event',
  position: at(revision),
  event: { position: at(revision) },
});
export const live = (revision: number) => ({ type: 'live', position: at(revision), status: statusView });
export const beat = (revision: number) => ({ type: 'beat', position: at(revision) });

/** A server with the two doors of `docs/live.md` and nothing behind them: a script says what comes out. */
export class LiveServer {
  /** All clients that came so far. */
  readonly clients: LiveClient[] = [];
  /** Answers requests of the next clients, where it is set, and they do not come to the script. */
  refusal: ((response: ServerResponse) => void) | undefined;
  readonly #sockets = new WebSocketServer({ noServer: true });
  readonly #server = createServer((request, response) => this.#stream(request, response));

  static async start(): Promise<LiveServer> {
    const server = new LiveServer();
    server.#server.on('upgrade', (request, socket, head) =>
      server.#sockets.handleUpgrade(request, socket, head, (ws) => server.clients.push(new SocketClient(request, ws))),
    );
    await new Promise<void>((done) => server.#server.listen(0, '127.0.0.1', done));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The client with that number, from 0 on, once it has come and has sent a token. */
  async client(number: number): Promise<LiveClient> {
    let client: LiveClient | undefined;
    await eventually(`client ${number} has come`, () => {
      client = this.clients[number];
      return client !== undefined && client.tokens.length > 0;
    });
    return client as LiveClient;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.cut();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #stream(request: IncomingMessage, response: ServerResponse): void {
    if (this.refusal) return this.refusal(response);
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).flushHeaders();
    this.clients.push(new StreamClient(request, response));
  }
}

class SocketClient implements LiveClient {
  readonly tokens: string[] = [];
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly #socket: WebSocket;

  constructor(request: IncomingMessage, socket: WebSocket) {
    this.url = request.url ?? '';
    this.headers = request.headers;
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const { type, token } = JSON.parse(data.toString()) as { readonly type: string; readonly token: string };
      if (type === 'authenticate') this.tokens.push(token);
    });
    socket.on('error', () => undefined);
  }

  get isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  send(...messages: readonly object[]): void {
    for (const message of messages) this.#socket.send(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  end(status: number, more: object = {}): void {
    this.send({ type: 'error', position: '0', problem: problem(status), ...more });
    this.#socket.close(status === 503 ? 1013 : 4000 + status);
  }

  cut(): void {
    this.#socket.terminate();
  }
}

class StreamClient implements LiveClient {
  readonly tokens: readonly string[];
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.url = request.url ?? '';
    this.headers = request.headers;
    this.tokens = [request.headers.authorization?.replace('Bearer ', '') ?? ''];
    this.#response = response;
  }

  get isOpen(): boolean {
    return !this.#response.closed;
  }

  send(...messages: readonly object[]): void {
    this.#response.write(messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join(''));
  }

  sendText(text: string): void {
    this.#response.write(`data: ${text}\n\n`);
  }

  end(status: number, more: object = {}): void {
    this.send({ type: 'error', position: '0', problem: problem(status), ...more });
    this.#response.end();
  }

  cut(): void {
    this.#response.destroy();
  }
}

const problem = (status: number) => ({ type: 'about:blank', title: 'Scripted', status, detail: `It is ${status}.` });
