import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Logger } from 'pino';
import { JwtAuthGuard } from './ground/auth/auth.guard.js';
import { AppModule } from './app.module.js';
import type { Configuration } from './ground/config/configuration.js';
import { addBodyParsers } from './ground/http/body-parsers.js';
import { DtoPipe } from './ground/http/dto.pipe.js';
import { refuseConnection, refuseExpectAndConnect } from './ground/http/client-error.js';
import { stopGracefully, HOOK_TIMEOUT } from './ground/http/graceful-stop.js';
import { callDirectly } from './ground/http/direct.js';
import { allowOrigin, enableCors } from './ground/http/cors.js';
import { sendAnswerHeaders } from './ground/http/answer-headers.js';
import { sendLargeAnswers, LargeAnswers } from './ground/http/large-answers.js';
import { createLogger, logRequest, NestLogger, requestId, requestLogger } from './ground/http/logging.js';
import { InvalidInput, NotFound } from './ground/problems/problem.js';
import { describeProblem } from './ground/http/open-api.js';
import { refuseOverload } from './ground/http/overload.js';
import { ProblemFilter } from './ground/http/problem.filter.js';
import { BODY_LIMIT, LARGE_BODY_LIMIT } from './ground/http/route.js';
import { PRIVATE_HEADERS, SECURITY_HEADERS } from './ground/http/security-headers.js';
import { limitEachUser } from './ground/http/user-turns.js';
import { isLiveUpgrade, LiveSockets } from './onboarding/live/live-sockets.js';
import { refuseUnknownFlow } from './onboarding/progress/request-terms.js';

/** Characters that a parameter in a path may have. */
const MAX_PARAMETER_LENGTH = 4096;

/** Milliseconds after which the service gives up on a slow client. */
const CONNECTIONS = {
  http: {
    headersTimeout: 15_000,
    connectionsCheckingInterval: 5000,
    // Refused by a hook, since Node's own answer has no body.
    requireHostHeader: false,
    shouldUpgradeCallback: isLiveUpgrade,
  },
  // From the first byte to the last: 32 MB over a slow line.
  requestTimeout: 120_000,
  // Longer than load balancers', commonly 60 s: they close first, and never send into a closed connection.
  keepAliveTimeout: 72_000,
  // Without a byte either way: a client that has stopped reading.
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
      // Nest's own parser would accept forms, too.
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

function fastifyAdapter({ TRUST_PROXY, CORS_ORIGINS }: Configuration, logger: Logger): FastifyAdapter {
  return new FastifyAdapter({
    trustProxy: typeof TRUST_PROXY === 'number' ? (_address, hop) => hop < TRUST_PROXY : TRUST_PROXY,
    bodyLimit: BODY_LIMIT,
    genReqId: requestId,
    // Requests that arrive while the service stops are answered as usual.
    return503OnClosing: false,
    pluginTimeout: HOOK_TIMEOUT,
    ...CONNECTIONS,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    // No hook runs for these errors, so this does the hooks' work.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      setHeaders(request, reply);
      allowOrigin(request, reply, CORS_ORIGINS);
      reply.raw.once('finish', () => logRequest(logger, request, reply));
      new ProblemFilter().send(error, request, reply);
    },
    clientErrorHandler: refuseConnection(requestLogger(logger)),
  });
}

/** Pages that anybody may see, and caches may keep. */
const isPage = (path = '') => /^\/(docs\b|openapi\.)/.test(path);

/** The headers of every answer. */
function setHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(isPage(request.raw.url) ? SECURITY_HEADERS : PRIVATE_HEADERS).header('x-request-id', request.id);
}

/** Guards, pipes, filters, hooks and the API's document. */
export function configureApp(app: NestFastifyApplication, configuration: Configuration, logger: Logger): void {
  app.useGlobalGuards(app.get(JwtAuthGuard));
  app.useGlobalPipes(new DtoPipe());
  app.useGlobalFilters(new ProblemFilter());
  addHooks(app, configuration, logger);
  addBodyParsers(app);
  documentApi(app);
}

/** The hooks of every request, in order. */
function addHooks(app: NestFastifyApplication, configuration: Configuration, logger: Logger): void {
  const requests = requestLogger(logger);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', (route) => {
    if (route.config?.maxBody) route.bodyLimit = route.config.maxBody;
    if (isPage(route.url)) route.config = { ...route.config, public: true };
  });
  callDirectly(fastify, (controller) => app.get<object>(controller));
  const isAnswering = stopGracefully(fastify);
  refuseExpectAndConnect(fastify, requests);
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    setHeaders(request, reply);
    const isNamed = request.headers.host !== undefined || request.raw.httpVersion === '1.0';
    done(isNamed ? undefined : new InvalidInput('The request names no host.'));
  });
  enableCors(fastify, configuration.CORS_ORIGINS);
  const isOverloaded = refuseOverload(fastify, configuration.MAX_EVENT_LOOP_DELAY_MS);
  app.get(LiveSockets).attach(fastify.server, { requests, isOverloaded, isAnswering });
  fastify.addHook('onRequest', admitBeforeBody(app.get(JwtAuthGuard)));
  fastify.addHook('onRequest', refuseUnknownFlow);
  limitEachUser(fastify, configuration.DATABASE_TIMEOUT_MS);
  fastify.addHook('preSerialization', sendAnswerHeaders);
  sendLargeAnswers(fastify, app.get(LargeAnswers));
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
    logRequest(requests, request, reply);
    done();
  });
}

/** Bytes of a refused body that the service reads and drops, so that the client gets to read the answer. */
const MOST_DROPPED = 4 * LARGE_BODY_LIMIT;

/** Refuses requests without a route or a valid token before their body is read and parsed. */
function admitBeforeBody(guard: JwtAuthGuard): onRequestHookHandler {
  return (request, reply, done) => {
    const refuse = (error: Error) => {
      if (Number(request.headers['content-length'] ?? 0) > MOST_DROPPED) reply.header('connection', 'close');
      done(error);
    };
    if (request.is404) return refuse(new NotFound());
    try {
      const admitted = guard.admit(request, reply);
      if (admitted === true) done();
      else admitted.then(() => done(), refuse);
    } catch (error) {
      refuse(error as Error);
    }
  };
}

function documentApi(app: NestFastifyApplication): void {
  const document = new DocumentBuilder()
    .setTitle('Onboarding')
    .setDescription('The steps of onboarding: progress, saved data and what is drawn from them. One user per token.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    // 400: for an unknown wizard, on whatever route.
    .addGlobalResponse(describeProblem(400), describeProblem(500))
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, document), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Onboarding API',
  });
}
