import type { LoggerService } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { pino, type Logger } from 'pino';
import { standardOutput } from './log-output.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The authenticated user, once the guard has verified the token. */
    user?: { readonly id: string };
  }
}

/** Names under which a secret might be logged by mistake, at the first and second level of a line. */
const SECRET_NAMES = [
  'authorization',
  'cookie',
  'password',
  'token',
  'secret',
  'api_key',
  'api_keys',
  'apiKey',
  'connectionString',
];

export function createLogger(level: string, destination?: NodeJS.WritableStream): Logger {
  const options = {
    level,
    base: null,
    redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
    serializers: { err: serializeError },
  };
  return pino(options, destination ?? standardOutput);
}

/**
 * An error without anything that a user may have entered: PostgreSQL quotes values in its messages and details, and so do others.
 * Names, codes and the stack's frames are enough to find the place.
 */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code, severity, table, column, constraint, routine, cause } = error as Error & Record<string, unknown>;
  const fromDatabase = typeof severity === 'string';
  return {
    type: error.name,
    message: fromDatabase ? undefined : error.message,
    stack: error.stack
      ?.split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
    code,
    severity,
    table,
    column,
    constraint,
    routine,
    cause: cause instanceof Error ? serializeError(cause) : undefined,
  };
}

/** Nest's own messages in the same lines as ours. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    // Nest's lines about its start (routes, modules) are details.
    this.#write('debug', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  #write(level: 'fatal' | 'error' | 'warn' | 'debug' | 'trace', message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const fields = typeof message === 'object' && message !== null ? message : {};
    const text =
      typeof message === 'string' ? message : rest.find((item) => typeof item === 'string' && item !== context);
    this.logger[level](
      { ...fields, context: typeof context === 'string' ? context : undefined },
      text as string | undefined,
    );
  }
}

/** The caller's `X-Request-Id` if it is safe to repeat, otherwise a new id. */
export function requestId(request: IncomingMessage): string {
  const header = request.headers['x-request-id'];
  return typeof header === 'string' && /^[\w.:-]{1,128}$/.test(header) ? header : randomUUID();
}

/** A logger for `logRequest` alone, whose lines hold no secrets: looking for secrets in every line takes time. */
export function requestLogger(logger: Logger): Logger {
  return logger.child({}, { redact: [] });
}

/** One line per request: the route's pattern, never the address, which may hold ids. */
export function logRequest(logger: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const status = reply.statusCode;
  logger[status >= 500 ? 'error' : 'info'](
    {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
      status,
      ms: Math.round(reply.elapsedTime * 100) / 100,
      user: request.user?.id,
    },
    'request',
  );
}
