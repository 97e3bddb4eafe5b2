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

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  open(_transport: Transport, _flow: FlowId | null): void {
    this.close();
    this.#ending = new AbortController();
  }

  close(): void {
    this.#ending.abort();
    this.#options.onState('off');
  }
}
