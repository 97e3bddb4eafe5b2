import { Injectable, Logger as NestLogger } from '@nestjs/common';
import { channel } from 'node:diagnostics_channel';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { WebSocketServer } from 'ws';
import { tokenOf } from '../../ground/auth/jwt.strategy.js';
import { TokenVerifier } from '../../ground/auth/token-verifier.js';
import { Configuration } from '../../ground/config/configuration.js';
import { refuseOnSocket } from '../../ground/http/client-error.js';
import { requestId } from '../../ground/http/logging.js';
import { Overloaded } from '../../ground/http/overload.js';
import { PREFIX } from '../../ground/http/route.js';
import { InvalidInput, Problem, Unavailable } from '../../ground/problems/problem.js';
import { namedFlow } from '../progress/request-terms.js';
import { LiveConnections } from './live-connections.js';
import { LiveSocket } from './live-socket.js';
import { PROTOCOL } from './live.contract.js';
import { ProgressUnreadable } from './live.problems.js';
import { placeOf } from './places.js';
import { ProgressFeed } from './progress-feed.js';

const ROUTE = `/${PREFIX}/live`;

/** Bytes of a message: a token's, and some. */
const MOST_BYTES = 16 * 1024;

/** Milliseconds between two looks whether it is an upgrade's turn: few clients send one behind another request. */
const TURN = 10;

/** The channel of Node on which answers to upgrades are counted like other requests. */
const answers = channel('onboarding.live.upgrades');

/**
 * Whether Node hands a request to the sockets. Every other request with an `Upgrade` header is answered as if it had none, as clients
 * that offer HTTP/2 expect; so are those of HTTP/1.0 (RFC 9110, 7.8), and those with a body, whose bytes would count as frames.
 */
export const isLiveUpgrade = ({ method, url = '', headers, httpVersion }: IncomingMessage): boolean =>
  method === 'GET' &&
  httpVersion !== '1.0' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  url.split('?', 1)[0] === ROUTE &&
  headers['transfer-encoding'] === undefined &&
  Number(headers['content-length'] ?? 0) === 0;

/** What the sockets need of the process around them. */
export interface Surroundings {
  readonly requests: Logger;
  readonly isOverloaded: () => boolean;
  /** Whether a request of this connection has no complete answer yet. */
  readonly isAnswering: (socket: Socket) => boolean;
}

/** The door for WebSockets: what hooks do for other requests is done here by hand, since Node hands over the bare connection. */
@Injectable()
export class LiveSockets {
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MOST_BYTES,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  readonly #logger = new NestLogger('live');
  readonly #origins: ReadonlySet<string>;
  /** Of the requests whose handshake is answered. */
  readonly #ids = new WeakMap<IncomingMessage, string>();

  constructor(
    { CORS_ORIGINS }: Configuration,
    private readonly connections: LiveConnections,
    private readonly feed: ProgressFeed,
    private readonly tokens: TokenVerifier,
  ) {
    this.#origins = new Set(CORS_ORIGINS);
  }

  attach(server: Server, surroundings: Surroundings): void {
    this.connections.onEnd = ({ connection, code }) => {
      const { requestId: id, door, userId, openedAt } = connection;
      const ms = Math.round(performance.now() - openedAt);
      surroundings.requests.info({ requestId: id, door, user: userId, code, ms }, 'live connection ended');
    };
    // Of a handshake that is none.
    this.#server.on('wsClientError', (_error, stream, request) => {
      this.#refuse(request, stream, new InvalidInput('The WebSocket handshake is invalid.'), surroundings);
    });
    this.#server.on('headers', (headers, request) => {
      headers.push(`x-request-id: ${this.#ids.get(request) ?? ''}`);
    });
    server.on('upgrade', (request: IncomingMessage, stream: Socket, head: Buffer) => {
      stream.on('error', () => undefined);
      const open = () => {
        if (stream.destroyed) return;
        // A request that came before it on its connection is answered before it.
        if (surroundings.isAnswering(stream)) setTimeout(open, TURN).unref();
        else this.#openOrRefuse(request, stream, head, surroundings);
      };
      open();
    });
  }

  #openOrRefuse(request: IncomingMessage, stream: Duplex, head: Buffer, surroundings: Surroundings): void {
    try {
      this.#open(request, stream, head, surroundings);
    } catch (error) {
      if (!(error instanceof Problem)) this.#logger.error({ err: error }, 'Unexpected failure');
      this.#refuse(request, stream, error instanceof Problem ? error : new ProgressUnreadable(), surroundings);
    }
  }

  /** @throws Problem before the socket is open */
  #open(request: IncomingMessage, stream: Duplex, head: Buffer, { requests, isOverloaded }: Surroundings): void {
    const startedAt = performance.now();
    const { headers } = request;
    if (headers.host === undefined) throw new InvalidInput('The request names no host.');
    if (isOverloaded()) throw new Overloaded();
    const refusal = this.connections.refusal(headers.authorization === undefined);
    if (refusal) throw refusal;
    const query = queryOf(request);
    const asked = {
      id: requestId(request),
      token: headers.authorization === undefined ? undefined : tokenOf(request),
      isForeign: this.#isForeign(headers),
      place: placeOf(query),
      terms: { flow: namedFlow({ headers, query }), numbers: 'wizard' as const },
    };
    this.#ids.set(request, asked.id);
    const { connections, feed, tokens } = this;
    this.#server.handleUpgrade(request, stream, head, (socket) => {
      const ms = Math.round((performance.now() - startedAt) * 100) / 100;
      answer(requests, { requestId: asked.id, status: 101, ms });
      new LiveSocket(socket, stream, asked, { connections, feed, tokens });
    });
  }

  /** Browsers tell which site's page has opened the socket; programs need not. */
  #isForeign({ origin, host }: IncomingMessage['headers']): boolean {
    if (origin === undefined || this.#origins.has(origin)) return false;
    return !URL.canParse(origin) || new URL(origin).host !== host;
  }

  #refuse(request: IncomingMessage, stream: Duplex, problem: Problem, { requests }: Surroundings): void {
    const id = requestId(request);
    refuseOnSocket(stream, problem, id);
    const away = problem instanceof Unavailable ? { away: problem.away } : {};
    answer(requests, { requestId: id, status: problem.status, ms: 0, ...away });
  }
}

interface Answer {
  readonly requestId: string;
  readonly status: number;
  readonly ms: number;
  /** If it is a 503: what was unreachable or overloaded. */
  readonly away?: string;
}

/** The same line in the log, and the same counts, as for requests that hooks see. */
function answer(requests: Logger, { requestId: id, status, ms, away }: Answer): void {
  requests[status >= 500 ? 'error' : 'info']({ requestId: id, method: 'GET', route: ROUTE, status, ms }, 'request');
  answers.publish({ method: 'GET', route: ROUTE, status, seconds: ms / 1000, away });
}

/** Parameters of the address; one that is given twice is a list, as in other requests. */
function queryOf({ url = '' }: IncomingMessage): Readonly<Record<string, string | string[]>> {
  const { searchParams } = new URL(url, 'http://localhost');
  const names = new Set(searchParams.keys());
  return Object.fromEntries(
    [...names].map((name) => {
      const [first = '', ...others] = searchParams.getAll(name);
      return [name, others.length > 0 ? [first, ...others] : first];
    }),
  );
}
