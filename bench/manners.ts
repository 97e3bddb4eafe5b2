import { createSecretKey } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { jwtVerify } from 'jose';
import { JWT_SECRET } from '../test/support/service/tokens.ts';
import type { ServiceBuild } from './service-build.ts';

/** What a server does for every request, whatever the request is. */
export interface Manners {
  /** The headers of an answer besides those of its content. */
  headers(requestId: string): Readonly<Record<string, string>>;
  /** Who asks. */
  userOf(request: IncomingMessage): string | null | Promise<string>;
  /** Writes the log line. */
  note(request: IncomingMessage, outcome: Outcome): void;
}

interface Outcome {
  readonly requestId: string;
  readonly status: number;
  readonly userId: string | null;
  readonly ms: number;
}

/** The limit's: it believes who asks, and says nothing. */
export const NO_MANNERS: Manners = {
  headers: () => ({}),
  userOf: ({ headers }) => headers['x-user'] as string,
  note: () => undefined,
};

/** Milliseconds between two writes of log lines. */
const LINES_EVERY = 50;

/** The service's: a verified token, its headers and its log line, each as cheaply as it can be had. */
export async function floorManners(build: ServiceBuild, log: string): Promise<Manners> {
  const { PRIVATE_HEADERS } = await build.securityHeaders();
  const secret = createSecretKey(Buffer.from(JWT_SECRET));
  const verified = new Map<string, string>();
  const output = createWriteStream(log);
  let lines = '';
  setInterval(() => {
    if (lines !== '') output.write(lines);
    lines = '';
  }, LINES_EVERY).unref();

  async function verify(token: string): Promise<string> {
    const { payload } = await jwtVerify(token, secret);
    verified.set(token, payload.sub as string);
    return payload.sub as string;
  }

  return {
    headers: (requestId) => ({ ...PRIVATE_HEADERS, 'x-request-id': requestId }),
    userOf: ({ headers }) => {
      const token = headers.authorization?.slice('Bearer '.length) ?? '';
      return verified.get(token) ?? verify(token);
    },
    note: ({ method, url }, { requestId, status, userId, ms }) => {
      lines += `{"level":30,"time":${Date.now()},"requestId":"${requestId}","method":"${method}","route":"${url}","status":${status},"ms":${ms.toFixed(2)},"user":${JSON.stringify(userId)},"msg":"request"}\n`;
    },
  };
}
