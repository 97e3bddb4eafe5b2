import { Backoff, pause } from './backoff.js';
import { addressOf, WatchError, type ConnectionEnd, type LiveConnection } from './live-connection.js';
import type { EventMessage, ServerMessage, SnapshotMessage, StatusView } from './live-messages.js';
import { includes, parsePosition } from './position.js';
import { SocketConnection } from './socket-connection.js';
import { StreamConnection } from './stream-connection.js';
import { renewalDelay, TokenSource } from './token.js';
import { Silence } from './silence.js';
import { onWake } from './wake.js';

/**
 * `connecting`: asks for a token or opens a connection. `live`: shows what is. `waiting`: for the next attempt. `signed-out`: the
 * service takes no token that it is given. `stopped`: aborted, or refused in a way that no other attempt would change.
 */
export type WatchState = 'connecting' | 'live' | 'waiting' | 'signed-out' | 'stopped';

export interface WatchOptions {
  /** Where the service is, as `baseUrl` of `createOnboardingClient`. */
  readonly url: string;
  /** Gives the user's token, a fresh one where the last expires soon. One call is under way at a time. */
  readonly token: () => Promise<string>;
  /** The position, or the `ETag`, of what is shown already; `onEvent` gets what has happened since. Without it `onSnapshot` comes first. */
  readonly after?: string | null;
  /** `events`, server-sent events over `fetch`, for servers and where proxies refuse WebSockets. */
  readonly transport?: 'websocket' | 'events';
  /** The wizard whose step numbers the messages have. */
  readonly flow?: string;
  /** The state, where the events that lead to it cannot be had. It stands for all of them. */
  readonly onSnapshot: (message: SnapshotMessage) => void;
  /** Each event, once and in order. */
  readonly onEvent: (message: EventMessage) => void;
  /** The status at a position: once all is shown that was missed, and after each run of events. */
  readonly onStatus: (status: StatusView, position: string) => void;
  readonly onConnection?: (state: WatchState) => void;
  /** Why the state has become `stopped`, and each failure of `token`, which is called again later. */
  readonly onError?: (error: WatchError) => void;
  /** Ends the watch: nothing is called any more. */
  readonly signal: AbortSignal;
}

export interface ProgressWatch {
  /** Of the last snapshot or event that a handler was given; at first what `after` says. */
  readonly position: string | undefined;
  readonly state: WatchState;
  /** Resolves when the watch has ended, whatever the reason. */
  readonly closed: Promise<void>;
}

/**
 * Follows one user's onboarding through lost connections, expired tokens and restarts of the service. An exception in a handler is
 * reported as one that nobody catches (`reportError`, or thrown in a microtask), and the watch goes on.
 *
 * @throws TypeError for a `url` that is none or an `after` that is no position; an Error where the runtime has no WebSocket
 */
export function watchProgress(options: WatchOptions): ProgressWatch {
  if (options.transport !== 'events' && typeof WebSocket === 'undefined')
    throw new Error("There is no WebSocket here: use Node 22 or later, or `transport: 'events'`.");
  return new Watch(options);
}

/** How long a connection may be silent: the service sends something every 25 s. */
const SILENCE_MS = 60_000;
/** The same when the page wakes up. */
const SILENCE_AT_WAKE_MS = 30_000;
/** A connection that is live for so long works: the next wait is a short one again. */
const WORKS_AFTER_MS = 10_000;

class Watch implements ProgressWatch {
  readonly closed: Promise<void>;
  readonly #options: WatchOptions;
  readonly #baseUrl: string;
  readonly #tokens: TokenSource;
  readonly #backoff = new Backoff();
  /** Aborted at the end, whatever the reason. */
  readonly #ending = new AbortController();
  readonly #ended = new Promise<undefined>((resolve) =>
    this.#ending.signal.addEventListener('abort', () => resolve(undefined)),
  );
  #state: WatchState = 'connecting';
  #position: string | undefined;
  #connection: LiveConnection | undefined;
  #silence: Silence | undefined;
  #liveSince: number | undefined;
  /** The wait for the next attempt. */
  #wait: AbortController | undefined;
  /** The token of the connection. */
  #token: string | undefined;
  /** A token that the service has refused since the last connection that was live. */
  #refusedToken: string | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#baseUrl = options.url.replace(/\/+$/, '');
    this.#position = typeof options.after === 'string' ? parsePosition(options.after) : undefined;
    this.#tokens = new TokenSource(options.token);
    addressOf('', { baseUrl: this.#baseUrl });
    this.closed = this.#run();
  }

  get position(): string | undefined {
    return this.#position;
  }

  get state(): WatchState {
    return this.#state;
  }

  get #isOver(): boolean {
    return this.#options.signal.aborted || this.#ending.signal.aborted;
  }

  async #run(): Promise<void> {
    const { signal } = this.#options;
    const stop = () => this.#stop('stopped');
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop);
    onWake(() => this.#wake(), this.#ending.signal);
    let token: string | undefined;
    while (!this.#isOver) {
      this.#become('connecting');
      const end = await this.#connect(token).catch(refusedByRuntime);
      token = end.why === 'reopened' ? end.token : undefined;
      if (!this.#isOver) await this.#goOn(end);
    }
    signal.removeEventListener('abort', stop);
  }

  /** One attempt, and the connection as long as it lasts. */
  async #connect(given: string | undefined): Promise<ConnectionEnd> {
    const token = given ?? (await this.#freshToken());
    if (token === undefined || this.#isOver) return { why: 'lost' };
    if (token === this.#refusedToken) return { why: 'token refused' };
    this.#token = token;
    this.#liveSince = undefined;
    const Connection = this.#options.transport === 'events' ? StreamConnection : SocketConnection;
    const request = { baseUrl: this.#baseUrl, after: this.#position, flow: this.#options.flow, token };
    const connection = new Connection(request, (message) => {
      silence.breaks();
      if (message && !this.#isOver) this.#take(message);
    });
    const silence = new Silence(SILENCE_MS, () => connection.close({ why: 'lost' }));
    const ended = new AbortController();
    [this.#connection, this.#silence] = [connection, silence];
    void this.#renewTokens(token, connection, ended.signal);
    const end = await connection.ended;
    if (this.#liveSince !== undefined && Date.now() - this.#liveSince >= WORKS_AFTER_MS) this.#backoff.reset();
    this.#connection = this.#silence = undefined;
    silence.end();
    ended.abort();
    return end;
  }

  /** Does what the end of a connection asks for before the next attempt. */
  async #goOn(end: ConnectionEnd): Promise<void> {
    switch (end.why) {
      case 'reopened':
        return;
      case 'token refused':
        // The service has refused a fresh token as well, or there is none.
        if (this.#refusedToken !== undefined) return this.#stop('signed-out');
        this.#refusedToken = this.#token;
        return;
      case 'refused':
        return this.#stop('stopped', end.error);
      case 'lost':
        this.#wait = new AbortController();
        this.#become('waiting');
        await pause(Math.max(end.retryMs ?? 0, this.#backoff.next()), this.#wait.signal);
        this.#wait = undefined;
    }
  }

  #take(message: ServerMessage): void {
    const { onSnapshot, onEvent, onStatus } = this.#options;
    switch (message.type) {
      case 'snapshot':
        this.#position = message.position;
        return this.#call(() => onSnapshot(message));
      case 'event':
        if (includes(this.#position, message.position)) return;
        this.#position = message.position;
        return this.#call(() => onEvent(message));
      case 'live':
        this.#liveSince = Date.now();
        this.#refusedToken = undefined;
        this.#call(() => onStatus(message.status, message.position));
        return this.#become('live');
      case 'status':
        return this.#call(() => onStatus(message.status, message.position));
    }
  }

  async #freshToken(): Promise<string | undefined> {
    try {
      // The function may never come to an end.
      return await Promise.race([this.#tokens.fresh(), this.#ended]);
    } catch (cause) {
      const error = new WatchError('There is no token for now.', { cause });
      this.#call(() => this.#options.onError?.(error));
      return undefined;
    }
  }

  /** Gives the connection a fresh token before the one that it has expires. */
  async #renewTokens(token: string, connection: LiveConnection, ended: AbortSignal): Promise<void> {
    const backoff = new Backoff();
    let delay = renewalDelay(token);
    while (delay !== undefined) {
      await pause(delay, ended);
      const fresh = ended.aborted ? undefined : await this.#freshToken();
      if (ended.aborted) return;
      if (fresh !== undefined && fresh !== this.#token) connection.authenticate((this.#token = fresh));
      delay = fresh === undefined ? backoff.next() : renewalDelay(fresh);
    }
  }

  /** The machine was asleep, offline, or busy with another page: what holds now is found out at once. */
  #wake(): void {
    this.#wait?.abort();
    if (this.#silence && this.#silence.ms > SILENCE_AT_WAKE_MS) this.#connection?.close({ why: 'reopened' });
  }

  #stop(state: 'signed-out' | 'stopped', error?: WatchError): void {
    this.#become(state);
    if (error) this.#call(() => this.#options.onError?.(error));
    this.#ending.abort();
    this.#wait?.abort();
    this.#connection?.close({ why: 'lost' });
  }

  #become(state: WatchState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#call(() => this.#options.onConnection?.(state));
  }

  #call(handler: () => void): void {
    if (this.#isOver) return;
    try {
      handler();
    } catch (error) {
      report(error);
    }
  }
}

/** What no other attempt would change: a page that came over TLS may not open a connection without. */
const refusedByRuntime = (cause: unknown): ConnectionEnd => ({
  why: 'refused',
  error: new WatchError('No connection can be opened here.', { cause }),
});

/** Reports an exception as one that nobody catches. */
function report(error: unknown): void {
  const { reportError } = globalThis as { readonly reportError?: (error: unknown) => void };
  if (reportError) return reportError(error);
  queueMicrotask(() => {
    throw error;
  });
}
