import type { FastifyReply, FastifyRequest } from 'fastify';

type Headers = Readonly<Record<string, string>>;

const HEADERS = new WeakMap<object, Headers>();

/** Gives an answer headers that only its maker knows. Services return answers, not replies. */
export function withHeaders<T extends object>(answer: T, headers: Headers): T {
  HEADERS.set(answer, headers);
  return answer;
}

/** A hook of Fastify that sends the headers of answers. */
export function sendAnswerHeaders(_request: FastifyRequest, reply: FastifyReply, answer: unknown, done: Done): void {
  const headers = typeof answer === 'object' && answer !== null ? HEADERS.get(answer) : undefined;
  if (headers !== undefined) reply.headers(headers);
  done(null, answer);
}

type Done = (error: Error | null, answer: unknown) => void;
