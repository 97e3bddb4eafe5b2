import {
  addressOf,
  endOf,
  type ConnectionEnd,
  type ConnectionRequest,
  type LiveConnection,
  type Receive,
} from './live-connection.js';
import { parseMessage, type ErrorMessage } from './live-messages.js';

/** A connection over a WebSocket. The token is in a message: a browser sends no header, and proxies log addresses. */
export class SocketConnection implements LiveConnection {
  readonly ended: Promise<ConnectionEnd>;
  readonly #socket: WebSocket;
  #token: string;
  #end: (end: ConnectionEnd) => void = () => undefined;

  constructor(request: ConnectionRequest, receive: Receive) {
    const url = addressOf('live', request);
    url.protocol = url.protocol.replace('http', 'ws');
    const socket = (this.#socket = new WebSocket(url, 'onboarding.v1'));
    this.#token = request.token;
    this.ended = new Promise((resolve) => (this.#end = resolve));
    let last: ErrorMessage | undefined;
    socket.onopen = () => {
      this.authenticate(this.#token);
      receive(undefined);
    };
    socket.onmessage = ({ data }: { readonly data: unknown }) => {
      const message = parseMessage(data);
      if (message?.type === 'error') last = message;
      receive(message);
    };
    // The codes from 4000 on are the statuses of HTTP.
    socket.onclose = ({ code }) => this.#end(endOf(code > 4000 ? code - 4000 : undefined, last));
  }

  authenticate(token: string): void {
    this.#token = token;
    // While it opens, the token waits; once it closes, that is said by itself.
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type: 'authenticate', token }));
  }

  close(end: ConnectionEnd): void {
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(1000);
    this.#end(end);
  }
}
