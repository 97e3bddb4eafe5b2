import type { ServerMessage } from '../../../src/onboarding/live/live.contract.js';
import { eventually } from '../process/deadline.js';
import { checkMessage } from '../service/contract.js';

/** Longer than a beat takes to come. */
const DEADLINE_MS = 40_000;

export type MessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { readonly type: T }>;

/** What one connection was told, in order; each message is as the API's document describes it. */
export class Inbox {
  readonly messages: ServerMessage[] = [];
  /** The first message that is not. */
  #complaint: Error | null = null;
  #read = 0;

  /** @param text of a frame, or the data of an event */
  take(text: string): ServerMessage {
    const message = JSON.parse(text) as ServerMessage;
    try {
      checkMessage(message);
    } catch (error) {
      this.#complaint ??= error as Error;
    }
    this.messages.push(message);
    return message;
  }

  /** The next message that was not read yet, beats aside. It must be of that type. */
  async next<T extends ServerMessage['type']>(type: T): Promise<MessageOf<T>> {
    return (await this.nextOf([type])) as MessageOf<T>;
  }

  /** The same, of one of these types. */
  async nextOf(types: readonly ServerMessage['type'][]): Promise<ServerMessage> {
    await eventually(`a message of the type ${types.join(' or ')}`, () => this.rest.length > 0, DEADLINE_MS);
    const [message] = this.rest as [ServerMessage];
    this.#read = this.messages.indexOf(message) + 1;
    if (!types.includes(message.type)) throw new Error(`Instead of ${types.join()} came ${JSON.stringify(message)}`);
    return message;
  }

  /** What was not read yet, beats aside. */
  get rest(): readonly ServerMessage[] {
    this.check();
    return this.messages.slice(this.#read).filter(({ type }) => type !== 'beat');
  }

  /** Throws if a message was not as the document describes it. */
  check(): void {
    if (this.#complaint) throw this.#complaint;
  }
}
