import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv, type AnySchemaObject } from 'ajv';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { WebSocket, type RawData } from 'ws';
import { readMessage } from '../../src/onboarding/live/client-messages.js';
import { sample } from '../support/data/samples.js';
import { eventually, within } from '../support/process/deadline.js';
import { TestApp } from '../support/service/app.js';
import { token } from '../support/service/tokens.js';

interface Reference {
  readonly $ref: string;
}
interface Channel {
  readonly address: string;
  readonly description: string;
  readonly messages: Readonly<Record<string, Reference>>;
  readonly bindings?: { readonly ws: { readonly query: object; readonly headers: object } };
}
interface Operation {
  readonly action: string;
  readonly channel: Reference;
  readonly messages: readonly Reference[];
}
interface AsyncApi {
  readonly asyncapi: string;
  readonly channels: Readonly<Record<'live' | 'events', Channel>>;
  readonly operations: Readonly<Record<'sendLive' | 'receiveLive' | 'sendEvents', Operation>>;
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly name: string; readonly payload: AnySchemaObject }>>;
    readonly schemas: Readonly<Record<string, AnySchemaObject>>;
  };
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** The committed copy; `npm run client:check` holds that the service says so. */
const DOCUMENT = read('client/asyncapi.json') as AsyncApi;

const { channels, operations, components } = DOCUMENT;
const namesOf = ({ messages }: Operation) => messages.map(({ $ref }) => $ref.split('/').at(-1) ?? '');

// AsyncAPI's own schema brings the schema of schemas along.
const asyncApi = new Ajv({ strict: false, meta: false, validateSchema: false, formats: fullFormats });
const schemas = new Ajv({ allErrors: true, formats: fullFormats, allowUnionTypes: true });
schemas.addVocabulary(['components']);
schemas.addSchema({ $id: 'live', components });

/** Why it is no such message; null: it is one. */
function complaintsOf(name: string, message: unknown): string | null {
  const { payload } = components.messages[name] ?? {};
  if (!payload) return `There is no message ${name}.`;
  const schema = schemas.getSchema(`live#/components/messages/${name}/payload`);
  return schema?.(message) ? null : schemas.errorsText(schema?.errors);
}

/** The codes with which sockets are closed, as a text lists them. */
const codesIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, code]) => Number(code));

describe('the document of the live doors', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it('is AsyncAPI 3.0', () => {
    expect(DOCUMENT.asyncapi).toBe('3.0.0');
    const isValid = asyncApi.compile(read('node_modules/@asyncapi/specs/schemas/3.0.0.json') as AnySchemaObject);
    expect([isValid(DOCUMENT), isValid.errors]).toEqual([true, null]);
    expect(isValid({ ...DOCUMENT, channels: { live: { address: 1 } } })).toBe(false);
  });

  it('refers to what is there, and has schemas that refuse', () => {
    const references = [...JSON.stringify(DOCUMENT).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path);
    expect(references.length).toBeGreaterThan(40);
    for (const path of references) {
      const found = path
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], DOCUMENT);
      expect([path, found]).toEqual([path, expect.any(Object)]);
    }
    for (const name of Object.keys(components.messages)) {
      expect([name, complaintsOf(name, {})]).toEqual([name, expect.stringContaining('required')]);
      expect([name, components.messages[name]?.name]).toEqual([name, name]);
    }
  });

  it('has the messages of the WebSocket, each as the service sends it', async () => {
    const alice = await app.as('async.alice');
    const address = new URL(channels.live.address, app.url.replace('http', 'ws'));
    const socket = new WebSocket(address, 'onboarding.v1', {
      headers: { authorization: `Bearer ${await token('async.alice')}` },
    });
    const sent: { readonly type: string }[] = [];
    const has = (type: string) => () => sent.some((message) => message.type === type);
    socket.on('message', (data: RawData) =>
      sent.push(JSON.parse((data as Buffer).toString('utf8')) as { type: string }),
    );
    await eventually('the client is live', has('live'));
    expect((await alice.post('/step/2/complete', sample(2))).status).toBe(200);
    await eventually('the client knows', has('status'));
    await eventually('there is a sign of life', has('beat'));
    const closed = once(socket, 'close');
    socket.send('none');
    const [code] = (await within('the socket is closed', closed)) as [number];
    expect(codesIn(channels.live.description, /^- (\d{4}):/gm)).toContain(code);
    for (const message of sent) expect([message, complaintsOf(message.type, message)]).toEqual([message, null]);
    expect([...new Set(sent.map(({ type }) => type))].toSorted()).toEqual(namesOf(operations.sendLive).toSorted());
  });

  it('has the same messages for server-sent events', async () => {
    expect(namesOf(operations.sendEvents)).toEqual(namesOf(operations.sendLive));
    const leaving = new AbortController();
    const response = await fetch(new URL(`${channels.events.address}?after=0`, app.url), {
      headers: { authorization: `Bearer ${await token('async.nobody')}` },
      signal: leaving.signal,
    });
    const { value = '' } = (await response.body?.pipeThrough(new TextDecoderStream()).getReader().read()) ?? {};
    leaving.abort();
    expect(value).toMatch(/^retry: \d+\n\n/);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  });

  it('has the messages of clients, each as the service takes it', () => {
    const names = namesOf(operations.receiveLive);
    expect(() => readMessage('{}')).toThrow(`type must be ${names.join(' or ')}.`);
    const session = '01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10';
    const messages = [
      { type: 'authenticate', token: 'a' },
      ...['0', `12.${session}`].map((after) => ({ type: 'resume', after })),
      { type: 'authenticate', token: 1 },
      { type: 'authenticate' },
      ...['1', `12.${session}0`, `-1.${session}`, `1234567890123456.${session}`].map((after) => ({
        type: 'resume',
        after,
      })),
    ];
    const isTaken = (message: object) => {
      try {
        return Boolean(readMessage(JSON.stringify(message)));
      } catch {
        return false;
      }
    };
    for (const message of messages) {
      expect([message, complaintsOf(message.type, message) === null]).toEqual([message, isTaken(message)]);
    }
    expect(messages.filter(isTaken)).toHaveLength(3);
  });

  it('has the codes that the page about the protocol has', () => {
    const page = readFileSync('docs/live.md', 'utf8');
    const codes = codesIn(page, /^\| (\d{4}) /gm).filter((code) => code !== 1009);
    expect(codesIn(channels.live.description, /^- (\d{4}):/gm)).toEqual(codes);
    expect(codes).toHaveLength(8);
  });
});
