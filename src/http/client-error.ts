import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_JSON } from './problem.filter.js';

const STATUSES: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

const DETAILS: Readonly<Record<number, string>> = {
  408: 'The request took too long to arrive.',
  417: 'The expectation of the request cannot be met.',
  431: 'The headers of the request are too large.',
};

function problem(status: number): string {
  const detail = DETAILS[status] ?? 'The request could not be understood.';
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status, detail });
}

/** What never becomes a request, because it is no HTTP or too large, is answered on the bare connection: a problem, too. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = STATUSES[error.code ?? ''] ?? 400;
  const body = problem(status);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${PROBLEM_JSON}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  if (socket.writable) socket.write([...head, 'Connection: close', '', body].join('\r\n'));
  socket.destroy(error);
}

/** Node's own answer to an expectation that it does not know has no body. */
export function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const body = problem(417);
  const headers = { 'content-type': PROBLEM_JSON, 'content-length': Buffer.byteLength(body), connection: 'close' };
  response.writeHead(417, headers).end(body);
}
