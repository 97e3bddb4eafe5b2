import type { ServerMessage } from '../../../src/onboarding/live/live.contract.js';
import { within } from '../process/deadline.js';
import { token } from '../service/tokens.js';
import { Inbox, type MessageOf } from './inbox.js';

const PATH = '/api/onboarding/events';

export interface StreamOptions {
  readonly user: string;
  readonly claims?: Record<string, unknown>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client of the server-sent events. */
export class TestStream {
  readonly inbox = new Inbox();
  /** The times that the service has named with `retry`. */
  readonly retries: number[] = [];
  /** What stood in `id`, for each message. */
  readonly ids: string[] = [];
  /** Whether the service has ended it, and not the network. */
  readonly ended: Promise<boolean>;

  private constructor(
    readonly response: Response,
    private readonly abort: AbortController,
    private readonly onMessage: (message: ServerMessage) => void,
  ) {
    this.ended = this.#read();
  }

  static async open(
    url: string,
    { user, claims, query = {}, headers = {} }: StreamOptions,
    onMessage: (message: ServerMessage) => void = () => undefined,
  ): Promise<TestStream> {
    const address = new URL(PATH, url);
    for (const [name, value] of Object.entries(query)) address.searchParams.set(name, value);
    const abort = new AbortController();
    const authorization = `Bearer ${await token(user, claims)}`;
    const response = await within(
      'the stream answers',
      fetch(address, { headers: { authorization, ...headers }, signal: abort.signal }),
    );
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return new TestStream(response, abort, onMessage);
  }

  get messages(): readonly ServerMessage[] {
    return this.inbox.messages;
  }

  next<T extends ServerMessage['type']>(type: T): Promise<MessageOf<T>> {
    return this.inbox.next(type);
  }

  /** Leaves. */
  async close(): Promise<void> {
    this.abort.abort();
    await this.ended;
    this.inbox.check();
  }

  async #read(): Promise<boolean> {
    let left = '';
    try {
      const chunks = (this.response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream());
      for await (const chunk of chunks) {
        const events = (left + chunk).split('\n\n');
        left = events.pop() ?? '';
        for (const event of events) this.#take(event);
      }
      return true;
    } catch {
      return false;
    }
  }

  #take(event: string): void {
    const fields = new Map(
      event.split('\n').map((line) => {
        const colon = line.indexOf(': ');
        return [line.slice(0, colon), line.slice(colon + 2)] as const;
      }),
    );
    const retry = fields.get('retry');
    if (retry !== undefined) this.retries.push(Number(retry));
    const data = fields.get('data');
    if (data === undefined) return;
    const message = this.inbox.take(data);
    if (fields.get('event') !== message.type) throw new Error(`The event is not of its message's type: ${event}`);
    this.ids.push(fields.get('id') ?? '');
    this.onMessage(message);
  }
}
