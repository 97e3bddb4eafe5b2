import type { FastifyReply, FastifyRequest } from 'fastify';

type Headers = Readonly<Record<string, string>>;

/** The key of a property that neither JSON nor a copy has. A `WeakMap` of all answers costs more of each collection. */
const HEADERS = Symbol('headers');

/** Gives an answer headers that only its maker knows. Services return answers, not replies. */
export function withHeaders<T extends object>(answer: T, headers: Headers): T {
  return Object.defineProperty(answer, HEADERS, { value: headers, configurable: true });
}

/** A hook of Fastify that sends the headers of answers. */
export function sendAnswerHeaders(_request: FastifyRequest, reply: FastifyReply, answer: unknown, done: Done): void {
  const headers = (answer as { readonly [HEADERS]?: Headers } | null | undefined)?.[HEADERS];
  if (headers !== undefined) reply.headers(headers);
  done(null, answer);
}

type Done = (error: Error | null, answer: unknown) => void;
