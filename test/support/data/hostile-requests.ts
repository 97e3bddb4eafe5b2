import fc from 'fast-check';
import { METHODS } from 'node:http';
import { PROVIDERS } from '../../../src/ground/providers/providers.js';
import { isJsonObject } from '../../../src/ground/problems/json.js';
import { API_DOCUMENT } from '../service/contract.js';
import { jsonDocument } from './json-documents.js';
import { markedSample } from './marked-samples.js';

/** What stands for the sender's own mark, and for a key that holds it, until it is known who sends the request. */
export const MARK = '@MARK@';
export const KEY = '@KEY@';

/** How every key ends: what its mask shows. */
export const KEY_TAIL = 'tail';

export interface HostileRequest {
  readonly method: string;
  /** As it goes over the wire, from the root. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: unknown;
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
}

const words = (text: string) => text.split(' ');

const json = (value: unknown) => JSON.stringify(value) ?? 'null';

/** Text that is valid JSON, as a text, so that it may say what no value does: a key twice, a number that is none. */
type Json = fc.Arbitrary<string>;

const HOSTILE_TEXTS = [
  ...['', ' ', '\u{1F600}'.repeat(300), '\u202e', '\ufeff', '\u2028'],
  ...["' or 1=1 --", '"; drop table api_keys; --', '\r\nx-evil: 1', '9'.repeat(400), 'x'.repeat(20_000)],
  ...words(
    '__proto__ constructor $1 \\ %00 %s%n {{7*7}} NaN -0 1e999 null true [] {} 0x10 <script> javascript:alert(1)',
  ),
  ...words('../../etc/passwd http://127.0.0.1/ ${jndi:ldap://x}'),
];

const UNSTORABLE_TEXTS = ['\u0000', 'a\u0000b', '\ud800', '\udfff\ud800'];

const HOSTILE_KEYS = ['', '\ud800', ...words('__proto__ constructor toString hasOwnProperty prototype then toJSON')];

const nested = (open: string, close: string) => (depth: number) => open.repeat(depth) + '1' + close.repeat(depth);

/** Whatever is not meant, of any type. */
const hostile: Json = fc.oneof(
  fc.constantFrom(...words('null true false 0 [] {} "" [[]] [null] {"":null}')),
  fc.constantFrom(...words('-0 1e308 1e999 -1e999 1e-999 9007199254740993 -9223372036854775809 0.1e-7 1E400')),
  fc.constantFrom(...HOSTILE_TEXTS).map(json),
  fc.constantFrom(...UNSTORABLE_TEXTS).map(json),
  fc.string({ unit: 'binary', maxLength: 40 }).map(json),
  fc.constantFrom(...HOSTILE_KEYS).map((key) => `{${json(key)}:{"isAdmin":true,"length":-1}}`),
  fc.constantFrom('{"a":1,"a":{"b":2}}', '{"user_id":"fuzz.bob","id":"1"}', '{"length":1e9,"0":1}', '{"toString":1}'),
  fc.integer({ min: 2, max: 120 }).map(nested('[', ']')),
  fc.integer({ min: 2, max: 120 }).map(nested('{"a":', '}')),
  fc.integer({ min: 100, max: 3000 }).map((length) => json(Array.from({ length }, () => 0))),
  fc
    .integer({ min: 100, max: 3000 })
    .map((keys) => `{${Array.from({ length: keys }, (_, n) => `"k${n}":0`).join(',')}}`),
);

const mostly = (weight: number, meant: Json): Json =>
  fc.oneof({ weight, arbitrary: meant }, { weight: 1, arbitrary: hostile });

const object = (entries: readonly Json[]): Json =>
  fc
    .tuple(...entries.map((each) => fc.option(each, { freq: 30, nil: '' })), strangeEntries)
    .map((written) => `{${written.filter(Boolean).join(',')}}`);

/** Now and then an entry that does not belong there, or one more of the same name. */
const strangeEntries: Json = fc.oneof(
  { weight: 20, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...HOSTILE_KEYS, 'user_id', 'session_id', 'id', 'data', 'website'), hostile)
      .map(([key, value]) => `${json(key)}:${value}`),
  },
);

const entry = (key: string, value: Json): Json => value.map((written) => `${json(key)}:${written}`);

/** What a schema of the document allows, and now and then, anywhere in it, what it does not. */
function ofSchema(schema: Schema, name = ''): Json {
  if (schema.$ref) return ofSchema(resolved(schema.$ref), name);
  if (schema.nullable)
    return fc.oneof(
      { weight: 1, arbitrary: fc.constant('null') },
      { weight: 5, arbitrary: ofSchema({ ...schema, nullable: false }, name) },
    );
  if (schema.enum) return mostly(8, fc.constantFrom(...schema.enum).map(json));
  switch (schema.type) {
    case 'integer':
      return mostly(8, fc.integer({ min: schema.minimum ?? -10, max: schema.maximum ?? 10 }).map(json));
    case 'boolean':
      return mostly(8, fc.boolean().map(json));
    case 'array':
      return mostly(
        8,
        fc
          .array(ofSchema(schema.items ?? {}), { maxLength: Math.min(schema.maxItems ?? 5, 5) })
          .map((items) => `[${items.join(',')}]`),
      );
    case 'object':
      return schema.additionalProperties ? mostly(4, jsonDocument.map(json)) : mostly(12, objectOf(schema));
    default:
      return mostly(8, textOf(schema, name));
  }
}

const objectOf = ({ properties = {} }: Schema): Json =>
  object(Object.entries(properties).map(([key, schema]) => entry(key, ofSchema(schema, key))));

function resolved(reference: string): Schema {
  const schema = API_DOCUMENT.components.schemas[reference.split('/').at(-1) ?? ''];
  if (!schema) throw new Error(`The document has no ${reference}`);
  return schema;
}

function textOf({ minLength = 0, maxLength = 100 }: Schema, name: string): Json {
  if (name === 'api_key')
    return fc.constantFrom(`sk-${KEY}`, KEY, ` ${KEY}\n`, '********', `********${KEY_TAIL}`).map(json);
  if (name === 'provider') return provider.map(json);
  const filled = `${MARK} ${'x'.repeat(minLength)}`;
  return fc.constantFrom(filled, `${filled} \u{1F600}`, 'x'.repeat(maxLength), 'x'.repeat(maxLength + 1)).map(json);
}

const provider = fc.constantFrom(...PROVIDERS.flatMap(({ id, aliases }) => [id, ...aliases]));

/** A document with now and then, anywhere in it, something else. */
function mutated(value: unknown): Json {
  if (isJsonObject(value)) {
    return mostly(150, object(Object.entries(value).map(([key, inner]) => entry(key, mutated(inner)))));
  }
  if (Array.isArray(value)) {
    const items = value.length === 0 ? fc.constant<string[]>([]) : fc.tuple(...value.map(mutated));
    return mostly(
      80,
      items.map((written) => `[${written.join(',')}]`),
    );
  }
  return mostly(80, fc.constant(json(value)));
}

/** What the wizard posts for any step, with keys of the sender's where keys belong. */
const stepBody: Json = fc.oneof(
  ...[2, 3, 4, 5, 6].map((step) => mutated(markedSample(step, MARK))),
  fc
    .tuple(fc.uniqueArray(provider, { minLength: 1, maxLength: 4 }), mutated(markedSample(5, MARK).data))
    .map(([ids, integrations]) => {
      const keys = ids.map((id) => `${json(id)}:${json(KEY)}`).join(',');
      return `{"data":{"api_keys":{${keys}},"integrations":${integrations}}}`;
    }),
);

const BROKEN_BODIES: readonly (string | Uint8Array)[] = [
  ...words(
    String.raw`{ } {"data": {"data":{}}{} {'data':1} {"data":NaN} {data:1} [1,] null 1 "text" [] "\ud800" {"a":1e999}`,
  ),
  ...['', ' ', '\u0000', '\ufeff{}', '{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}'],
  ...['a=1&b[c]=2', '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--', '<?xml version="1.0"?><a/>'],
  ...[nested('[', ']')(5000), nested('{"data":', '}')(101), '['.repeat(90_000), json('x'.repeat(150_000))],
  Uint8Array.of(0x22, 0xff, 0xfe, 0x22),
  Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0),
  Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3),
  Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d),
];

const ODD_SEGMENTS = [
  '',
  '9'.repeat(30),
  'x'.repeat(5000),
  ...words(
    String.raw`. .. % %zz %2 %00 %0d%0a %2e%2e %2e%2e%2f ..%2f..%2f %5c \ %2525 %u0041 %23 %3F ? # ;x=1 :n * ~ @`,
  ),
  ...words(
    String.raw`%ff %c0%af %ed%a0%80 %E0%A4%A %F0%9F%98%80 %C3%A9 a%2Fb '-- %27%20or%201=1 !$&() {} [] %7B%7D | ^ "`,
  ),
  ...words('__proto__ constructor undefined null -1 0 7 1e0 01 1.0 00000000-0000-7000-8000-000000000000'),
];

const ODD_QUERIES = [
  `a=${'x'.repeat(3000)}`,
  ...words('&&& = % %zz=1 %E2%82 __proto__=1 __proto__[a]=1 constructor=1 a=1;b=2 user_id=fuzz.bob'),
  ...words('hard[]=true hard=true&hard=false hard=TRUE hard=%00 format= format=PROMPT format=prompt&format=json'),
  ...words('max_tokens=1e3 max_tokens=-0 max_tokens=99999999999999999999 max_tokens[]=100 max_tokens=%20100'),
];

const headerText = fc.oneof(
  fc.constantFrom('', 'x'.repeat(2000), '\u00e9\u00ff', ...words('* "1" W/"1" " , 0 -1 {"level":60}')),
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 30 }),
);

const EXTRA_HEADERS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  'x-request-id': headerText,
  'if-match': headerText,
  'if-none-match': headerText,
  'if-modified-since': headerText,
  accept: fc.constantFrom('text/html', 'application/xml;q=0', '*/*;q=2', '', 'text/plain', 'x'),
  'accept-encoding': fc.constantFrom('gzip', 'identity;q=0', '*;q=0', 'x'),
  'accept-language': headerText,
  range: fc.constantFrom('bytes=0-1', 'bytes=-1', 'bytes=9-1', 'bytes=0-0,1-1', 'x'),
  expect: fc.constantFrom('100-continue', '200-ok', 'x'),
  'content-encoding': fc.constantFrom('gzip', 'br', 'identity', 'x'),
  'transfer-encoding': fc.constant('chunked'),
  te: fc.constantFrom('trailers', 'gzip'),
  connection: fc.constantFrom('close', 'upgrade', 'keep-alive, x-user'),
  upgrade: fc.constantFrom('websocket', 'h2c', 'x'),
  origin: fc.constantFrom('null', 'https://evil.example.com', 'x'),
  cookie: headerText,
  host: fc.constantFrom('evil.example.com', 'localhost:0', '[::1]', 'x', ''),
  'x-forwarded-for': headerText,
  'x-forwarded-host': headerText,
  'x-http-method-override': fc.constantFrom('DELETE', 'GET', 'x'),
  'x-user-id': fc.constantFrom('fuzz.alice', 'fuzz.bob'),
  forwarded: headerText,
  traceparent: headerText,
};

const CONTENT_TYPES = [
  ...['', '\u00e9', 'application/json; charset=utf-16', 'application/json;;', 'multipart/form-data; boundary=x'],
  ...words('application/JSON application/problem+json */* json text/plain application/x-www-form-urlencoded'),
];

const rarely = <T>(weight: number, usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: odd });

/**
 * Requests to any operation of the API's document: mostly as it wants them, with something wrong in one place or several.
 * @param names what may stand for a parameter in a path, by its name
 */
export function hostileRequests(names: Readonly<Record<string, readonly string[]>>): fc.Arbitrary<HostileRequest> {
  const operations = Object.entries(API_DOCUMENT.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      // The more an operation takes, the more can be wrong with it.
      weight: path.endsWith('/step/{n}/complete') ? 24 : 'requestBody' in operation ? 4 : 1,
      arbitrary: requestsTo(method.toUpperCase(), path, operation as Operation, names),
    })),
  );
  return fc.oneof(...operations);
}

function requestsTo(
  method: string,
  path: string,
  { parameters = [], requestBody }: Operation,
  names: Readonly<Record<string, readonly string[]>>,
): fc.Arbitrary<HostileRequest> {
  const segments = path.split('/').map((segment) => {
    const [, name] = /^\{(\w+)\}$/.exec(segment) ?? [];
    const meant = name === undefined ? [segment] : (names[name] ?? []);
    return rarely(name === undefined ? 120 : 8, fc.constantFrom(...meant), fc.constantFrom(...ODD_SEGMENTS));
  });
  const query = parameters
    .filter((parameter) => parameter.in === 'query')
    .map(({ name, schema }) => ofSchema(schema).map((value) => `${name}=${encodeURIComponent(textIn(value))}`));
  const schema = requestBody?.content['application/json']?.schema;
  const meant = path.endsWith('/complete') && schema ? stepBody : schema ? ofSchema(schema) : undefined;
  const body = meant ?? fc.constantFrom(...(method === 'GET' ? [undefined] : [undefined, '{}']));
  return fc
    .record({
      method: rarely(20, fc.constant(method), fc.constantFrom(...METHODS.filter((name) => name !== 'CONNECT'))),
      segments: fc.tuple(...segments),
      query: rarely(
        8,
        fc.tuple(...query.map((each) => fc.option(each, { nil: '' }))).map((all) => all.filter(Boolean).join('&')),
        fc.constantFrom(...ODD_QUERIES),
      ),
      type: rarely(12, fc.constant('application/json'), fc.constantFrom(...CONTENT_TYPES)),
      extra: rarely(3, fc.constant({}), extraHeaders),
      body: rarely<string | Uint8Array | undefined>(8, body, fc.constantFrom(...BROKEN_BODIES)),
    })
    .map(({ method: verb, segments: parts, query: search, type, extra, body: sent }) => ({
      method: verb,
      target: `${parts.join('/')}${search === '' ? '' : `?${search}`}`,
      headers: { ...(sent === undefined ? {} : { 'content-type': type }), ...extra },
      body: sent,
    }));
}

const extraHeaders: fc.Arbitrary<Record<string, string>> = fc
  .subarray(Object.keys(EXTRA_HEADERS), { minLength: 1, maxLength: 3 })
  .chain((chosen) => fc.record(Object.fromEntries(chosen.map((name) => [name, EXTRA_HEADERS[name] ?? headerText]))));

/** A JSON text as it would stand in a query. */
function textIn(written: string): string {
  try {
    const value: unknown = JSON.parse(written);
    return typeof value === 'string' && value.isWellFormed() ? value : written;
  } catch {
    return written;
  }
}
