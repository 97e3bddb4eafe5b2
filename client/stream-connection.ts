import { EventStream } from './event-stream.js';
import {
  addressOf,
  endOf,
  type ConnectionEnd,
  type ConnectionRequest,
  type LiveConnection,
  type Receive,
} from './live-connection.js';
import { parseMessage, type ErrorMessage, type Problem } from './live-messages.js';

/** A connection as a stream of server-sent events. It uses `fetch`, since an `EventSource` cannot send a token in a header. */
export class StreamConnection implements LiveConnection {
  readonly ended: Promise<ConnectionEnd>;
  readonly #closing = new AbortController();
  #end: (end: ConnectionEnd) => void = () => undefined;

  constructor(request: ConnectionRequest, receive: Receive) {
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.#read(request, receive).then(this.#end, () => this.#end({ why: 'lost' }));
  }

  /** The headers of a request stay as they are, so another request takes its place. */
  authenticate(token: string): void {
    this.close({ why: 'reopened', token });
  }

  close(end: ConnectionEnd): void {
    this.#closing.abort();
    this.#end(end);
  }

  async #read(request: ConnectionRequest, receive: Receive): Promise<ConnectionEnd> {
    const { signal } = this.#closing;
    const headers: Record<string, string> = { accept: 'text/event-stream', authorization: `Bearer ${request.token}` };
    if (request.after !== undefined) headers['last-event-id'] = request.after;
    const response = await fetch(addressOf('events', request), { headers, cache: 'no-store', signal });
    if (!response.ok) return refusalOf(response);
    const { body } = response;
    // Something between here and the service may answer in its place.
    if (!body || !response.headers.get('content-type')?.startsWith('text/event-stream')) return { why: 'lost' };
    const events = new EventStream();
    let last: ErrorMessage | undefined;
    try {
      for (const reader = (body as ReadableStream<Uint8Array>).getReader(); ;) {
        const { done, value } = await reader.read();
        if (done || this.#closing.signal.aborted) break;
        // Any bytes are a sign of life, such as the start of a long message.
        receive(undefined);
        for (const data of events.push(value)) {
          const message = parseMessage(data);
          if (message?.type === 'error') last = message;
          receive(message);
        }
      }
    } catch {
      // Ends as if the service had ended it: what it has said last still holds.
    }
    return endOf(last?.problem.status, last);
  }
}

/** Clients that are refused in the same moment are told the same time; so they add up to so much, by chance. */
const RETRY_SPREAD_MS = 5_000;

/** Why the service has answered without a stream. */
async function refusalOf(response: Response): Promise<ConnectionEnd> {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  const problem = (await response.json().catch(() => undefined)) as Problem | undefined;
  const spread = seconds * 1000 + Math.random() * RETRY_SPREAD_MS;
  return endOf(response.status, { problem, retry_ms: Number.isNaN(seconds) ? undefined : spread });
}
