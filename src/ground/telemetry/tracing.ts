import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import { NodeSDK, resources } from '@opentelemetry/sdk-node';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import type { Signals } from '../config/telemetry-switches.js';

/** Milliseconds that the last spans have to reach their collector at a stop. */
const LAST_EXPORT = 5000;

/** Where Fastify tells of each application that is made. */
const NEW_APPLICATION = 'fastify.initialization';

/** Where `UserDatabase` tells of its work. */
const databaseWork = tracingChannel<unknown, { readonly name: string }>('onboarding.database');

const tracer = trace.getTracer('onboarding-service');

/**
 * Traces every application made from now on: a span per request, by its route, under the trace that its caller is in. Where
 * spans go, and how many, OpenTelemetry's own variables say. A span has no address, header, parameter or message: all of
 * these may hold ids or keys of users.
 * @returns what ends it, once no request is under way
 */
export function startTracing({ metrics, logs }: Signals): () => Promise<void> {
  const { defaultResource, resourceFromAttributes } = resources;
  const sdk = new NodeSDK({
    // OTEL_SERVICE_NAME wins over it.
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': 'onboarding-service' })),
    // The SDK would send these too, unasked.
    ...(metrics ? {} : { metricReaders: [] }),
    ...(logs ? {} : { logRecordProcessors: [] }),
  });
  sdk.start();
  const watch = (message: unknown) => traceRequests((message as { fastify: FastifyInstance }).fastify);
  subscribe(NEW_APPLICATION, watch);
  const database = spansOfTheDatabase();
  databaseWork.subscribe(database);
  return async () => {
    unsubscribe(NEW_APPLICATION, watch);
    databaseWork.unsubscribe(database);
    // A collector that is away holds up no stop, and fails none.
    await Promise.race([sdk.shutdown().catch(() => undefined), delay(LAST_EXPORT, undefined, { ref: false })]);
  };
}

function traceRequests(fastify: FastifyInstance): void {
  const contexts = new WeakMap<FastifyRequest, Context>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const caller = propagation.extract(ROOT_CONTEXT, request.headers);
    const { url: route } = request.routeOptions;
    const span = tracer.startSpan(
      route === undefined ? request.method : `${request.method} ${route}`,
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': request.method, 'http.route': route } },
      caller,
    );
    contexts.set(request, trace.setSpan(caller, span));
    done();
  });
  // What a body comes with belongs to its connection, so a context that was set before would be lost with it.
  fastify.addHook('preHandler', (request, _reply, done) => {
    context.with(contexts.get(request) ?? ROOT_CONTEXT, done);
  });
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    const span = trace.getSpan(contexts.get(request) ?? ROOT_CONTEXT);
    span?.setAttribute('http.response.status_code', reply.statusCode);
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
  fastify.addHook('onRequestAbort', (request, done) => {
    trace.getSpan(contexts.get(request) ?? ROOT_CONTEXT)?.end();
    done();
  });
}

/** A span of each piece of the database's work, below that of its request. */
function spansOfTheDatabase() {
  const spans = new WeakMap<object, Span>();
  const ignored = () => undefined;
  return {
    start: (work: { readonly name: string }) => {
      const attributes = { 'db.system.name': 'postgresql' };
      spans.set(work, tracer.startSpan(work.name, { kind: SpanKind.CLIENT, attributes }));
    },
    end: ignored,
    asyncStart: ignored,
    asyncEnd: (work: object) => void spans.get(work)?.end(),
    error: (work: object) => void spans.get(work)?.setStatus({ code: SpanStatusCode.ERROR }),
  };
}
