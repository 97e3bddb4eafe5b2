import { UnsupportedMediaTypeException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isUtf8 } from 'node:buffer';
import type { Logger } from 'pino';
import { JwtAuthGuard } from './auth/auth.guard.js';
import { AppModule } from './app.module.js';
import type { Configuration } from './config/configuration.js';
import { DtoPipe } from './http/body.pipe.js';
import { refuseConnection, refuseExpectation } from './http/client-error.js';
import { endConnectionsOnStop, HOOK_TIMEOUT } from './http/connections.js';
import { findUnstorable, isNestedTooDeep, TOO_DEEP } from './http/json.js';
import { sendEntityTag } from './http/entity-tag.js';
import { createLogger, logRequest, NestLogger, requestId, requestLogger } from './http/logging.js';
import { InvalidInput } from './http/problem.js';
import { describeProblem } from './http/open-api.js';
import { refuseOverload } from './http/overload.js';
import { ProblemFilter } from './http/problem.filter.js';
import { BODY_LIMIT, LARGE_BODY_LIMIT } from './http/route.js';
import { SECURITY_HEADERS } from './http/security-headers.js';

/** Characters that a parameter in a path may have. */
const MAX_PARAMETER_LENGTH = 4096;

/** Milliseconds that a client may take, so that slow ones hold nothing for long. */
const CONNECTIONS = {
  http: {
    headersTimeout: 15_000,
    connectionsCheckingInterval: 5000,
    // Refused by a hook, since Node's own answer has no body.
    requireHostHeader: false,
  },
  // From the first byte to the last: 10 MB over a slow line.
  requestTimeout: 120_000,
  // More than load balancers have, commonly 60 s: the one in front closes first, and never sends into a closed connection.
  keepAliveTimeout: 72_000,
  // Without a byte either way: a reader that has stopped reading.
  connectionTimeout: 120_000,
};

/** The service as production runs it and tests test it; not listening yet. */
export async function createApp(
  configuration: Configuration,
  destination?: NodeJS.WritableStream,
): Promise<NestFastifyApplication> {
  const logger = createLogger(configuration.LOG_LEVEL, destination);
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(configuration),
    fastifyAdapter(configuration, logger),
    {
      logger: new NestLogger(logger),
      abortOnError: false,
      // Nest's own would take forms too.
      bodyParser: false,
    },
  );
  try {
    configureApp(app, configuration, logger);
    await app.init();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

function fastifyAdapter({ TRUST_PROXY }: Configuration, logger: Logger): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: typeof TRUST_PROXY === 'number' ? (_address, hop) => hop < TRUST_PROXY : TRUST_PROXY,
    bodyLimit: BODY_LIMIT,
    genReqId: requestId,
    // What still comes while the service stops is answered like everything else.
    return503OnClosing: false,
    pluginTimeout: HOOK_TIMEOUT,
    ...CONNECTIONS,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    // Before any hook: what a hook does for other requests is done here.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      setHeaders(request, reply);
      reply.raw.once('finish', () => logRequest(logger, request, reply));
      new ProblemFilter().send(error, request, reply);
    },
    clientErrorHandler: refuseConnection,
  });
}

/** What every answer has. */
function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
}

/** Guards, pipes, filters, hooks and the API's document. */
export function configureApp(app: NestFastifyApplication, configuration: Configuration, logger: Logger): void {
  app.useGlobalGuards(app.get(JwtAuthGuard));
  app.useGlobalPipes(new DtoPipe());
  app.useGlobalFilters(new ProblemFilter());
  if (configuration.CORS_ORIGINS.length > 0) {
    app.enableCors({
      origin: [...configuration.CORS_ORIGINS],
      // The plugin's own list has neither PUT nor DELETE.
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
      exposedHeaders: ['ETag', 'X-Request-Id', 'Retry-After'],
    });
  }
  addHooks(app, configuration, logger);
  documentApi(app);
}

function addHooks(app: NestFastifyApplication, { MAX_EVENT_LOOP_DELAY_MS }: Configuration, logger: Logger): void {
  const requests = requestLogger(logger);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', (route) => {
    if (route.config?.largeBody) route.bodyLimit = LARGE_BODY_LIMIT;
  });
  endConnectionsOnStop(fastify);
  fastify.server.on('checkExpectation', refuseExpectation);
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    setHeaders(request, reply);
    const isNamed = request.headers.host !== undefined || request.raw.httpVersion === '1.0';
    done(isNamed ? undefined : new InvalidInput('The request names no host.'));
  });
  refuseOverload(fastify, MAX_EVENT_LOOP_DELAY_MS);
  fastify.addHook('preValidation', (request: FastifyRequest, _reply: FastifyReply, done) => {
    const unstorable = findUnstorable(request.body);
    done(unstorable ? InvalidInput.of([unstorable]) : undefined);
  });
  fastify.addHook('preSerialization', sendEntityTag);
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    logRequest(requests, request, reply);
    done();
  });
  addBodyParsers(app);
}

/** JSON in UTF-8, and nothing else. An empty body counts as none, whatever its content type says. */
function addBodyParsers(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  const parse = fastify.getDefaultJsonParser('error', 'ignore');
  app.useBodyParser('application/json', {}, (request: FastifyRequest, body: Buffer, done) => {
    if (body.length === 0) done(null, undefined);
    // Decoding would put the same character in the place of whatever is no UTF-8: not what was sent.
    else if (!isUtf8(body)) done(new InvalidInput('The body is not valid UTF-8.'), undefined);
    else if (isNestedTooDeep(body)) done(new InvalidInput(TOO_DEEP), undefined);
    else void parse(request, body.toString(), done);
  });
  fastify.removeContentTypeParser('text/plain');
  app.useBodyParser('*', {}, (_request: FastifyRequest, body: Buffer, done) => {
    done(body.length === 0 ? null : new UnsupportedMediaTypeException(), undefined);
  });
}

function documentApi(app: NestFastifyApplication): void {
  const document = new DocumentBuilder()
    .setTitle('Onboarding')
    .setDescription(
      'The six steps of onboarding: progress, saved data and what is drawn from them. One user per token.',
    )
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addGlobalResponse(describeProblem(500))
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, document), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Onboarding API',
  });
}
