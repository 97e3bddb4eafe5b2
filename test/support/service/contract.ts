import { Ajv2019, type AnySchemaObject, type ValidateFunction } from 'ajv/dist/2019.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { readFileSync } from 'node:fs';
import type { Answer } from './client.js';
import { DEMO_ROUTES, DOCUMENTATION_ROUTES } from './routes.js';

type Schema = Readonly<Record<string, unknown>>;

export interface DocumentedOperation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: Schema }>> }>>;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The committed copy; a spec holds that the service serves the same, and `npm run client:check` that the routes say so. */
export const API_DOCUMENT = JSON.parse(readFileSync('client/openapi.json', 'utf8')) as ApiDocument;

/** What this spec file has seen so far: `GET /api/onboarding/step/{n} 404 application/problem+json`. */
export const exercised = new Set<string>();

/**
 * Holds that an answer is one that the API's document describes: the operation has its status and content type, and the body
 * its schema, with no field that is not declared. What the document does not know answers with a problem and 404.
 * @param path as it was requested, from the root
 */
export function checkAnswer(method: string, path: string, answer: Answer): void {
  const operation = findOperation(method === 'HEAD' ? 'GET' : method, pathnameOf(path));
  const complaints =
    operation && !REFUSED_BY_HTTP.includes(answer.status)
      ? checkDocumented(operation, method, answer)
      : checkUndocumented(method, path, answer);
  if (complaints === null) return;
  const request = `${method} ${path.slice(0, 200)}${operation ? ` (${operation.name})` : ''}`;
  throw new Error(
    `Not as the API's document describes it: ${request} answered ${answer.status} ${mediaTypeOf(answer)}\n${complaints}\n${answer.text.slice(0, 2000)}`,
  );
}

/** Holds that a live message is of a type that the API's document has, with the fields of that type and no others. */
export function checkMessage(message: { readonly type: string }): void {
  const complaints = complaintsOf(message);
  if (complaints === null) return;
  throw new Error(`Not as the API's document describes it: ${JSON.stringify(message)}\n${complaints}`);
}

function complaintsOf(message: { readonly type: string }): string | null {
  const name = `${message.type.charAt(0).toUpperCase()}${message.type.slice(1)}Message`;
  if (!API_DOCUMENT.components.schemas[name]) return 'The document knows no such type.';
  return validate(messageSchema(name), message);
}

/** The messages in what came of a stream. */
function messagesIn(text: string): readonly { readonly type: string }[] {
  return [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as { readonly type: string });
}

const messageSchemas = new Map<string, Schema>();

function messageSchema(name: string): Schema {
  const schema = messageSchemas.get(name) ?? { $ref: `#/components/schemas/${name}` };
  messageSchemas.set(name, schema);
  return schema;
}

interface Operation {
  /** As in the document: `GET /api/onboarding/step/{n}`. */
  readonly name: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly parameters: number;
  readonly responses: DocumentedOperation['responses'];
}

// A path without parameters comes before one that would take its last segment as one.
const OPERATIONS: readonly Operation[] = Object.entries(API_DOCUMENT.paths)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]*')}$`),
      parameters: path.split('{').length - 1,
      responses,
    })),
  )
  .toSorted((a, b) => a.parameters - b.parameters);

function findOperation(method: string, pathname: string): Operation | undefined {
  return OPERATIONS.find((operation) => operation.method === method && operation.pattern.test(pathname));
}

function checkDocumented({ name, responses }: Operation, method: string, answer: Answer): string | null {
  const response = responses[answer.status];
  if (!response) return `The status is not documented; these are: ${Object.keys(responses).join(', ')}.`;
  const schema = response.content?.[mediaTypeOf(answer)]?.schema;
  if (!schema)
    return `The content type is not documented; these are: ${Object.keys(response.content ?? {}).join(', ')}.`;
  if (method !== 'HEAD') {
    const complaints = checkContent(schema, answer);
    if (complaints !== null) return complaints;
    exercised.add(`${name} ${answer.status} ${mediaTypeOf(answer)}`);
  }
  return null;
}

function checkContent(schema: Schema, answer: Answer): string | null {
  if (['text/plain', 'text/csv'].includes(mediaTypeOf(answer))) return validate(schema, answer.text);
  if (mediaTypeOf(answer) !== 'text/event-stream') return validate(schema, answer.body);
  const messages = messagesIn(answer.text);
  if (messages.length === 0) return 'The stream has no message.';
  return messages.map(complaintsOf).find((complaints) => complaints !== null) ?? null;
}

/** What HTTP itself refuses before any operation is meant: too slow, too long an address, an unknown expectation, too large headers. */
const REFUSED_BY_HTTP: readonly number[] = [408, 414, 417, 431];

const PROBLEM: Schema = { $ref: '#/components/schemas/ProblemView' };

function checkUndocumented(method: string, path: string, answer: Answer): string | null {
  const pathname = pathnameOf(path);
  const isPage = DOCUMENTATION_ROUTES.some((route) => {
    const pattern = route.replace('GET ', '').replace('*', '');
    return route.endsWith('*') ? pathname.startsWith(pattern) : pathname === pattern;
  });
  if (isPage && ['GET', 'HEAD'].includes(method) && answer.status === 200) return null;
  if (DEMO_ROUTES.some((route) => route === `${method.replace('HEAD', 'GET')} ${pathname}`) && answer.status === 200)
    return null;
  // What the CORS plugin answers to a browser that asks first.
  if (method === 'OPTIONS' && answer.status === 204) return null;
  if (answer.status < 400) return 'The document knows no such operation: it should have been refused.';
  if (mediaTypeOf(answer) !== 'application/problem+json') return 'A refusal must be application/problem+json.';
  return method === 'HEAD' ? null : validate(PROBLEM, answer.body);
}

/** As the service's router reads it: decoded where that leaves its segments as they are, and otherwise untouched. */
function pathnameOf(path: string): string {
  const [pathname = ''] = path.split(/[?#]/, 1);
  try {
    return decodeURI(pathname);
  } catch {
    return pathname;
  }
}

function mediaTypeOf({ headers }: Answer): string {
  return headers.get('content-type')?.split(';')[0]?.trim() ?? '';
}

const ajv = new Ajv2019({
  // `example`, `nullable` and the like are words of OpenAPI 3.0, not of JSON schema.
  strict: false,
  // `npm run openapi:lint` checks the schemas: ajv would compile its schema of schemas for that, a tenth of a second for each file.
  meta: false,
  validateSchema: false,
  allErrors: true,
  formats: { ...fullFormats, 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/ },
});
ajv.addSchema(
  { components: { schemas: mapValues(API_DOCUMENT.components.schemas, (schema) => inner(schema)) } },
  'api',
);

const validators = new Map<Schema, ValidateFunction>();

function validate(schema: Schema, value: unknown): string | null {
  const compiled = validators.get(schema) ?? ajv.compile(closed(schema));
  validators.set(schema, compiled);
  if (value === undefined) return 'The body is not JSON.';
  return compiled(value) ? null : ajv.errorsText(compiled.errors, { separator: '\n', dataVar: 'body' });
}

/** A schema of OpenAPI 3.0 in the terms of JSON schema 2019-09; an object has no field beyond those that it declares. */
function closed(schema: Schema): AnySchemaObject {
  const { nullable, ...rest } = schema;
  const isObject = ['$ref', 'properties', 'allOf'].some((word) => word in rest) || rest['type'] === 'object';
  const isOpen = !isObject || 'additionalProperties' in rest;
  const translated = { ...inner(rest), ...(isOpen ? {} : { unevaluatedProperties: false }) };
  return nullable === true ? { anyOf: [{ type: 'null' }, translated] } : translated;
}

/** The same without the closing: a part of an `allOf` must not refuse what its siblings declare. */
function inner(schema: Schema): AnySchemaObject {
  return mapValues(schema, (value, word) => {
    switch (word) {
      case '$ref':
        return String(value).replace('#', 'api#');
      case 'properties':
        return mapValues(value as Readonly<Record<string, Schema>>, closed);
      case 'items':
      case 'additionalProperties':
        return typeof value === 'object' ? closed(value as Schema) : value;
      case 'allOf':
        return (value as Schema[]).map(inner);
      case 'anyOf':
      case 'oneOf':
        return (value as Schema[]).map(closed);
      default:
        return value;
    }
  });
}

function mapValues<T>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => unknown) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
