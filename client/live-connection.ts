import type { ErrorMessage, Problem, ServerMessage } from './live-messages.js';

/** What a connection is opened with. */
export interface ConnectionRequest {
  /** Of the service, without a slash at the end. */
  readonly baseUrl: string;
  readonly after?: string | undefined;
  readonly flow?: string | undefined;
  readonly token: string;
}

/** Why a connection has ended, which decides what comes next. */
export type ConnectionEnd =
  /** Another attempt after a wait, of at least `retryMs`. */
  | { readonly why: 'lost'; readonly retryMs?: number }
  /** Another attempt at once, with this token if there is one. */
  | { readonly why: 'reopened'; readonly token?: string }
  | { readonly why: 'token refused' }
  | { readonly why: 'refused'; readonly error: WatchError };

/** One connection to the service, over a WebSocket or as a stream of server-sent events. */
export interface LiveConnection {
  readonly ended: Promise<ConnectionEnd>;
  /** Goes on with a fresh token of the same user, or ends to be reopened with it. */
  authenticate(token: string): void;
  /** Ends it; nothing is received from now on. */
  close(end: ConnectionEnd): void;
}

/** Called with each message, and with undefined for any other sign of life. */
export type Receive = (message: ServerMessage | undefined) => void;

/** Why a watch has stopped, or has no token for now: then `cause` is what the function `token` has thrown. */
export class WatchError extends Error {
  override readonly name = 'WatchError';
  /** What the service says about it, where that can be read; `detail` may be shown to a person. */
  readonly problem: Problem | undefined;

  constructor(message: string, { problem, cause }: { readonly problem?: Problem; readonly cause?: unknown }) {
    super(message, { cause });
    this.problem = problem;
  }
}

/** Where a client with too many connections has to wait until others end. */
const TOO_MANY_MS = 60_000;

/** What the status of a refusal means for the client; a WebSocket's code has it in its last digits. */
export function endOf(status: number | undefined, last: Partial<ErrorMessage> = {}): ConnectionEnd {
  const { problem, retry_ms: retryMs } = last;
  switch (status) {
    case 400:
    case 403:
    case 404:
      return {
        why: 'refused',
        error: new WatchError(problem?.detail ?? `The service refuses: ${status}.`, { problem }),
      };
    case 401:
      return { why: 'token refused' };
    case 429:
      return { why: 'lost', retryMs: retryMs ?? TOO_MANY_MS };
    default:
      return { why: 'lost', retryMs };
  }
}

/**
 * The address of a route, after the client's position if it has one.
 *
 * @throws TypeError for a base that is no URL
 */
export function addressOf(path: string, { baseUrl, after, flow }: Partial<ConnectionRequest>): URL {
  // A page may name the service by a path of its own origin.
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  const url = new URL(`${baseUrl}/api/onboarding/${path}`, location?.href);
  if (after !== undefined) url.searchParams.set('after', after);
  if (flow !== undefined) url.searchParams.set('flow', flow);
  return url;
}
