import { Unauthenticated } from '../../ground/auth/auth.guard.js';
import { PREFIX } from '../../ground/http/route.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { draftSevenOf, schemasUnder } from './json-schemas.js';
import { PROTOCOL } from './live.contract.js';
import {
  closeCodeOf,
  NoMessage,
  NotAuthenticatedInTime,
  OtherUser,
  ProgressUnreadable,
  Stopping,
  TooManyConnections,
  TooManyOfOneUser,
} from './live.problems.js';

/** What is used of the API's document (OpenAPI). */
export interface ApiDocument {
  readonly info: JsonObject & { readonly version: string };
  readonly paths: Readonly<Record<string, { readonly get?: ApiOperation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonObject>> };
}

interface ApiOperation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: JsonObject }[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: JsonObject }>> }>>;
}

const EVENTS = `/${PREFIX}/events`;
const SOCKET = `/${PREFIX}/live`;

/** A position, as the service accepts it. */
const POSITION = { type: 'string', pattern: '^(0|\\d{1,15}\\.[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12})$' };

/** What a client sends through a socket: each with its members besides `type`, and what it is for. */
const CLIENT_MESSAGES = {
  authenticate: {
    summary:
      'Shows an access token: as the first message where the request had none, and later to stay connected for longer',
    members: { token: { type: 'string', description: 'An access token of the same user as before' } },
  },
  resume: {
    summary: 'Asks to go on from another position',
    members: { after: { ...POSITION, description: 'A position, or `0` for all events' } },
  },
} as const;

const SERVER_MESSAGES: Readonly<Record<string, string>> = {
  snapshot: 'The state, where the events that lead to it cannot be had',
  event: 'Something has happened: each event once, and in order',
  live: 'Everything before has been sent: from here on nothing is missed',
  status: 'How far the user is, after each run of events',
  beat: 'A sign of life, every 25 seconds',
  error: 'Why the service ends the connection',
};

/** Why the service closes a socket, by code, and what its client does then. */
const ENDINGS = [
  [new ProgressUnreadable(), 'a defect of the service: come back after `retry_ms`'],
  [new Stopping(), 'the process stops: come back after `retry_ms`, with the position'],
  [new TooManyConnections(), 'the service is busy, or its database unreachable: come back after `retry_ms`'],
  [new NoMessage(''), 'the client has sent what is no message: a defect of the client'],
  [new Unauthenticated(), 'the token is not valid, or has expired: come back with another one, or sign the user out'],
  [new OtherUser(), 'the token is another user’s, or the page’s origin is not in `CORS_ORIGINS`: do not come back'],
  [new NotAuthenticatedInTime(), 'no token has come in time: send `authenticate` at once'],
  [new TooManyOfOneUser(), 'the user has too many connections: come back after `retry_ms`'],
] as const;

/**
 * The description of both live doors in AsyncAPI 3.0. Whatever OpenAPI can say is taken from the API's document: the service's
 * messages and the parameters. What a client sends is said here.
 */
export function describeLive(api: ApiDocument): JsonObject {
  const { messages, schemas } = messagesOf(api);
  const sent = Object.keys(messages);
  const received = Object.keys(CLIENT_MESSAGES);
  const { query, header } = parametersOf(api);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Onboarding, live',
      version: api.info.version,
      description: 'What happens to a user’s onboarding, as it happens, through either of two doors.',
    },
    defaultContentType: 'application/json',
    servers: { sockets: server('wss'), http: server('https') },
    channels: {
      live: {
        address: SOCKET,
        title: 'WebSocket',
        description: socketDescription(),
        servers: [{ $ref: '#/servers/sockets' }],
        messages: references([...sent, ...received], '#/components/messages/'),
        bindings: {
          ws: { method: 'GET', query: object(query), headers: object(socketHeaders(header)), bindingVersion: '0.1.0' },
        },
      },
      events: {
        address: EVENTS,
        title: 'Server-sent events',
        description: [
          'Each event has the `type` of a message in `event`, its `position` in `id`, and the message in `data`.',
          '`Last-Event-ID` says where to go on, and wins over `after`.',
        ].join('\n'),
        servers: [{ $ref: '#/servers/http' }],
        messages: references(sent, '#/components/messages/'),
      },
    },
    operations: {
      sendLive: operation('send', 'live', sent, 'What the service says through a WebSocket'),
      receiveLive: operation('receive', 'live', received, 'What a client says through a WebSocket'),
      sendEvents: {
        ...operation('send', 'events', sent, 'What the service says as server-sent events'),
        security: [{ $ref: '#/components/securitySchemes/bearer' }],
        bindings: { http: { method: 'GET', query: object(query), bindingVersion: '0.3.0' } },
      },
    },
    components: {
      messages: { ...messages, ...clientMessages() },
      schemas,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

/** The messages that the route of events documents, by their types, and all schemas that they need. */
function messagesOf({ paths, components }: ApiDocument) {
  const schema = paths[EVENTS]?.get?.responses['200']?.content?.['text/event-stream']?.schema;
  const parts = (schema?.['oneOf'] ?? []) as readonly { readonly $ref: string }[];
  const schemas = schemasUnder(parts, components.schemas);
  const messages = parts.map(({ $ref }) => {
    const { properties } = schemas[$ref.split('/').at(-1) ?? ''] as {
      readonly properties: { type: { enum: [string] } };
    };
    const [name] = properties.type.enum;
    return [name, { name, summary: SERVER_MESSAGES[name], payload: { $ref } }] as const;
  });
  return { messages: Object.fromEntries(messages), schemas };
}

function clientMessages(): JsonObject {
  const messages = Object.entries(CLIENT_MESSAGES).map(([name, { summary, members }]) => {
    const payload = object({ type: { type: 'string', enum: [name] }, ...members });
    return [name, { name, summary, payload: { ...payload, required: ['type', ...Object.keys(members)] } }] as const;
  });
  return Object.fromEntries(messages);
}

/** Parameters of the route of events, by where they are. */
function parametersOf({ paths }: ApiDocument) {
  const places: Record<'query' | 'header', JsonObject> = { query: {}, header: {} };
  for (const { name, in: place, schema, ...parameter } of paths[EVENTS]?.get?.parameters ?? []) {
    if (place !== 'query' && place !== 'header') continue;
    const { description } = parameter as { readonly description?: string };
    places[place][name] = draftSevenOf({ ...schema, description });
  }
  return places;
}

/** A WebSocket goes on by its own message, and browsers cannot send `Authorization` with it. */
function socketHeaders({ 'Last-Event-ID': _, ...ofRequest }: JsonObject): JsonObject {
  return {
    Authorization: {
      type: 'string',
      description: '`Bearer` and the access token; browsers send `authenticate` instead',
    },
    'Sec-WebSocket-Protocol': { type: 'string', enum: [PROTOCOL] },
    ...ofRequest,
  };
}

const socketDescription = () =>
  [
    `The subprotocol is \`${PROTOCOL}\`; each message is a text of JSON.`,
    'The access token is in the header `Authorization`, or in the first message, `authenticate`, within five seconds.',
    'Before the service closes a socket it sends `error`; the code says what to do:',
    '',
    ...ENDINGS.map(([problem, advice]) => `- ${closeCodeOf(problem)}: ${advice}.`),
    '',
    'A reader that is too slow is cut without a code, and comes back with its position.',
  ].join('\n');

const server = (protocol: string): JsonObject => ({
  host: '{host}',
  protocol,
  variables: { host: { description: 'Where the service is reached', examples: ['api.example.com'] } },
});

const object = (properties: JsonObject): JsonObject => ({ type: 'object', properties });

const references = (names: readonly string[], base: string) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `${base}${name}` }]));

function operation(
  action: 'send' | 'receive',
  channel: string,
  messages: readonly string[],
  summary: string,
): JsonObject {
  const base = `#/channels/${channel}`;
  return {
    action,
    summary,
    channel: { $ref: base },
    messages: messages.map((name) => ({ $ref: `${base}/messages/${name}` })),
  };
}
