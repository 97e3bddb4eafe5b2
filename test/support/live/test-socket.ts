import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket, type RawData } from 'ws';
import type { ServerMessage } from '../../../src/onboarding/live/live.contract.js';
import { within } from '../process/deadline.js';
import type { Answer } from '../service/client.js';
import { checkAnswer } from '../service/contract.js';
import { token } from '../service/tokens.js';
import { Inbox, type MessageOf } from './inbox.js';

const PATH = '/api/onboarding/live';

export interface SocketOptions {
  /** Whose token the header has; undefined: no header. */
  readonly user?: string;
  readonly claims?: Record<string, unknown>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocols?: readonly string[];
  /** Another address than that of the sockets. */
  readonly path?: string;
}

/** How a socket was closed. */
export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** A client of the WebSocket. */
export class TestSocket {
  readonly inbox = new Inbox();
  readonly closed: Promise<Close>;

  /** Of the 101. */
  headers: IncomingMessage['headers'] = {};

  private constructor(
    readonly socket: WebSocket,
    onMessage: (message: ServerMessage) => void,
  ) {
    socket.once('upgrade', ({ headers }) => (this.headers = headers));
    // From the beginning: the first message may come with the 101.
    socket.on('message', (data: RawData) => onMessage(this.inbox.take((data as Buffer).toString('utf8'))));
    this.closed = new Promise((done) => {
      socket.once('close', (code, reason) => done({ code, reason: reason.toString() }));
    });
  }

  static async open(
    url: string,
    options: SocketOptions = {},
    onMessage: (message: ServerMessage) => void = () => undefined,
  ): Promise<TestSocket> {
    const client = new TestSocket(await connect(url, options), onMessage);
    await within('the socket is open', once(client.socket, 'open'));
    // Of frames that a test breaks.
    client.socket.on('error', () => undefined);
    return client;
  }

  /** The answer to an upgrade that is refused. */
  static async refusal(url: string, options: SocketOptions = {}): Promise<Answer> {
    const socket = await connect(url, options);
    socket.on('error', () => undefined);
    const refused = once(socket, 'unexpected-response') as Promise<[unknown, IncomingMessage]>;
    const [, response] = await within('the upgrade is refused', refused);
    const body = await text(response);
    const { statusCode: status = 0, headers } = response;
    const answer = { status, headers: new Headers(headers as Record<string, string>), text: body, body: parse(body) };
    checkAnswer('GET', options.path ?? PATH, answer);
    return answer;
  }

  get messages(): readonly ServerMessage[] {
    return this.inbox.messages;
  }

  next<T extends ServerMessage['type']>(type: T): Promise<MessageOf<T>> {
    return this.inbox.next(type);
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The error that it is told, and the code with which it is closed. */
  async end(): Promise<Close & { readonly error: MessageOf<'error'> }> {
    const error = await this.next('error');
    return { ...(await within('the socket is closed', this.closed)), error };
  }

  async close(): Promise<void> {
    this.socket.close();
    await within('the socket is closed', this.closed);
    this.inbox.check();
  }

  /** Breaks the connection without a word. */
  cut(): void {
    this.socket.terminate();
  }
}

async function connect(
  url: string,
  { user, claims, query = {}, headers = {}, protocols = ['onboarding.v1'], path = PATH }: SocketOptions,
): Promise<WebSocket> {
  const address = new URL(path, url.replace('http', 'ws'));
  for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
  const authorization = user === undefined ? {} : { authorization: `Bearer ${await token(user, claims)}` };
  return new WebSocket(address, [...protocols], { headers: { ...authorization, ...headers } });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
