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
import type { TelemetrySwitches } from '../config/telemetry-switches.js';

/** Milliseconds for the last spans to reach their collector when the service stops. */
const LAST_EXPORT = 5000;

/** The channel on which Fastify announces each new application. */
const NEW_APPLICATION = 'fastify.initialization';

/** The channel on which `UserDatabase` announces its work. */
const databaseWork = tracingChannel<unknown, { readonly name: string }>('onboarding.database');

const tracer = trace.getTracer('onboarding-service');

/**
 * Traces every application created from now on: one span per request, named by its route, within the caller's trace.
 * OpenTelemetry's own variables set where spans go, and how many. A span has no address, header, parameter or message, since
 * these may hold users' ids or keys.
 * @returns stops tracing; to be called when no request is in flight
 */
export function startTracing({ metrics, logs }: TelemetrySwitches): () => Promise<void> {
  const { defaultResource, resourceFromAttributes } = resources;
  const sdk = new NodeSDK({
    // OTEL_SERVICE_NAME wins over it.
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': 'onboarding-service' })),
    // The SDK would send these by default.
    ...(metrics ? {} : { metricReaders: [] }),
    ...(logs ? {} : { logRecordProcessors: [] }),
  });
  sdk.start();
  const traceApplication = (message: unknown) => traceRequests((message as { fastify: FastifyInstance }).fastify);
  subscribe(NEW_APPLICATION, traceApplication);
  const database = databaseSpans();
  databaseWork.subscribe(database);
  return async () => {
    unsubscribe(NEW_APPLICATION, traceApplication);
    databaseWork.unsubscribe(database);
    // An unreachable collector neither delays nor fails the stop.
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
  // The events of a body run in the context of its connection, so a context that was set earlier is lost by now.
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

/** One span for each operation on the database, within the request's span. */
function databaseSpans() {
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
