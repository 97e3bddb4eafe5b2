import cors from '@fastify/cors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const EXPOSED_HEADERS = ['ETag', 'X-Request-Id', 'Onboarding-Flow', 'Retry-After'];

const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Type',
  'If-Match',
  'X-Request-Id',
  'Onboarding-Flow',
  'Last-Event-ID',
  'Idempotency-Key',
];

/** Seconds for which a browser may remember the answer to a preflight: the most that Chromium takes. */
const PREFLIGHT_MAX_AGE = 7200;

/**
 * Lets pages of these origins call the service; without any, browsers let none. Nest's own `enableCors` would answer preflights before
 * any hook of ours.
 */
export function enableCors(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  void fastify.register(cors, {
    origin: [...origins],
    // The plugin's own list has neither PUT nor DELETE.
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: ALLOWED_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE,
    // Every other OPTIONS is answered as a preflight is, too: the plugin would refuse it with a text of its own.
    strictPreflight: false,
  });
}

/** The same for an answer that no hook sees: without it a browser would take a refusal for a failed network. */
export function allowOrigin(request: FastifyRequest, reply: FastifyReply, origins: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || !origins.includes(origin)) return;
  reply
    .header('vary', 'Origin')
    .header('access-control-allow-origin', origin)
    .header('access-control-expose-headers', EXPOSED_HEADERS.join(', '));
}
