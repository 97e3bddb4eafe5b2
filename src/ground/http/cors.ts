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
 * Lets pages of these origins call the service; without any, browsers let no page. Nest's own `enableCors` would answer preflights
 * before our hooks run.
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
    // Other OPTIONS requests are answered like preflights: the plugin would refuse them with its own text.
    strictPreflight: false,
  });
}

/** The same for an answer that no hook sees: without these headers a browser reports a refusal as a failure of the network. */
export function allowOrigin(request: FastifyRequest, reply: FastifyReply, origins: readonly string[]): void {
  const { origin } = request.headers;
  if (origin === undefined || !origins.includes(origin)) return;
  reply
    .header('vary', 'Origin')
    .header('access-control-allow-origin', origin)
    .header('access-control-expose-headers', EXPOSED_HEADERS.join(', '));
}
