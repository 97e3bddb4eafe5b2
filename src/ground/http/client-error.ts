import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { Problem } from '../problems/problem.js';
import { PROBLEM_JSON } from './problem.filter.js';
import { requestId } from './logging.js';
import { PRIVATE_HEADERS } from './security-headers.js';

const STATUSES: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

const DETAILS: Readonly<Record<number, string>> = {
  405: 'This service is no proxy: there is nothing to connect to.',
  408: 'The request took too long to arrive.',
  417: 'The expectation of the request cannot be met.',
  431: 'The headers of the request are too large.',
};

interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/** Answers input that never becomes a request like any other failure: a problem with the usual headers, an id and a log line. */
function refuse(logger: Logger, status: number, id: string): Refusal {
  logger.info({ requestId: id, method: null, route: null, status }, 'request');
  const detail = DETAILS[status] ?? 'The request could not be understood.';
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail });
  return { status, headers: headersOf(id, body), body };
}

const headersOf = (id: string, body: string) => ({
  ...PRIVATE_HEADERS,
  'x-request-id': id,
  'content-type': PROBLEM_JSON,
  'content-length': Buffer.byteLength(body),
  connection: 'close',
});

/** Writes a refusal on a connection that has no response. */
function write(socket: Duplex, { status, headers, body }: Refusal): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'));
}

/** Answers an upgrade that is refused, on its bare connection. */
export function refuseOnSocket(socket: Duplex, problem: Problem, id: string): void {
  const body = JSON.stringify(problem.toBody());
  const headers = { ...headersOf(id, body), ...problem.headers };
  // A client that keeps its half open would keep the connection.
  socket.once('finish', () => socket.destroy());
  write(socket, { status: problem.status, headers, body });
}

/** Fastify's `clientErrorHandler`: answers input that is no HTTP, headers that are too large, and requests that take too long. */
export function refuseConnection(logger: Logger): (error: Error & { code?: string }, socket: Duplex) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    if (socket.writable) write(socket, refuse(logger, STATUSES[error.code ?? ''] ?? 400, randomUUID()));
    socket.destroy(error);
  };
}

/** Answers what Node would answer without a body or not at all: unknown expectations, and CONNECT. */
export function refuseExpectAndConnect({ server }: FastifyInstance, logger: Logger): void {
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body } = refuse(logger, 417, requestId(request));
    response.writeHead(status, headers).end(body);
  });
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    socket.on('error', () => undefined);
    write(socket, refuse(logger, 405, requestId(request)));
  });
}
