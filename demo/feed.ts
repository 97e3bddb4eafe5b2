import { watchProgress } from '../client/onboarding-client.js';
import type { FlowId, HistoryItem, StatusView } from './api.js';

export type Transport = 'websocket' | 'events';

/** `off`: the reader has disconnected. The others are those of the client. */
export type FeedState = 'off' | 'connecting' | 'live' | 'waiting' | 'signed-out' | 'stopped';

/** A message of the feed as the page shows it. */
export type FeedMessage = { readonly id: number; readonly at: Date; readonly position: string } & (
  | { readonly type: 'snapshot'; readonly reason: string; readonly status: StatusView }
  | { readonly type: 'event'; readonly event: Omit<HistoryItem, 'documents'> }
  | { readonly type: 'status'; readonly status: StatusView }
);

export interface FeedOptions {
  readonly token: () => Promise<string>;
  readonly onState: (state: FeedState) => void;
  readonly onProblem: (problem: string) => void;
  readonly onMessage: (message: FeedMessage) => void;
}

/** The live connection of one user; one at a time. */
export class Feed {
  readonly #options: FeedOptions;
  #ending = new AbortController();
  #messages = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** @param flow the wizard whose numbers the messages have; null: the user's own */
  open(transport: Transport, flow: FlowId | null): void {
    this.close();
    this.#ending = new AbortController();
    const { token, onState, onProblem, onMessage } = this.#options;
    const received = () => ({ id: ++this.#messages, at: new Date() });
    onState('connecting');
    watchProgress({
      url: location.origin,
      token,
      transport,
      ...(flow === null ? {} : { flow }),
      onSnapshot: (message) => onMessage({ ...received(), ...message }),
      onEvent: (message) => onMessage({ ...received(), ...message }),
      onStatus: (status, position) => onMessage({ ...received(), type: 'status', position, status }),
      onConnection: onState,
      onError: (error) => onProblem(error.message),
      signal: this.#ending.signal,
    });
  }

  close(): void {
    this.#ending.abort();
    this.#options.onState('off');
  }
}
