import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Precondition } from '../problems/precondition.js';
import { InvalidInput } from '../problems/problem.js';

const TAGS = new WeakMap<object, string>();

/** Gives an answer its entity tag (RFC 9110, 8.8.3), which is sent as the header ETag. */
export function tagged<T extends object>(answer: T, tag: string): T {
  TAGS.set(answer, tag);
  return answer;
}

/** A hook of Fastify that sends the tags of answers. */
export function sendEntityTag(_request: FastifyRequest, reply: FastifyReply, answer: unknown, done: Done): void {
  const tag = typeof answer === 'object' && answer !== null ? TAGS.get(answer) : undefined;
  if (tag !== undefined) reply.header('etag', tag);
  done(null, answer);
}

type Done = (error: Error | null, answer: unknown) => void;

const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/;
const IF_MATCH = new RegExp(`^\\s*(?:\\*|${ENTITY_TAG.source}(?:\\s*,\\s*${ENTITY_TAG.source})*)\\s*$`);

/** The precondition of `If-Match`; null without the header. @throws InvalidInput unless it is a list of entity tags */
export function preconditionOf(header: string | undefined): Precondition | null {
  if (header === undefined) return null;
  if (!IF_MATCH.test(header)) {
    throw new InvalidInput('If-Match must be * or entity tags as ETag has them, comma-separated.');
  }
  // A weak tag keeps its mark `W/`, so it never equals the strong tag that it resembles.
  return new Precondition(new Set(header.match(new RegExp(ENTITY_TAG.source, 'g')) ?? ['*']));
}

/** The caller's precondition, if there is one. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): Precondition | null =>
  preconditionOf(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']),
);
