import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { TestApp } from '../support/service/app.js';
import { within } from '../support/process/deadline.js';
import { linesOf } from '../support/service/log-lines.js';
import { token } from '../support/service/tokens.js';

/** What no client would send, byte by byte: ambiguous lengths, hidden requests, bytes that HTTP does not have. */
describe('HTTP that is not quite', () => {
  let app: TestApp;
  let authorization: string;

  beforeAll(async () => {
    app = await TestApp.start();
    authorization = `Authorization: Bearer ${await token('alice')}`;
  });
  afterAll(() => app.stop());

  const lines = (...all: readonly string[]) => all.map((line) => `${line}\r\n`).join('');
  const get = (...headers: readonly string[]) =>
    lines('GET /api/onboarding/status HTTP/1.1', 'Host: x', authorization, ...headers, '');
  const post = (body: string, ...headers: readonly string[]) =>
    lines(
      'POST /api/onboarding/start HTTP/1.1',
      'Host: x',
      authorization,
      'Content-Type: application/json',
      ...headers,
      '',
    ) + body;
  const requestOf = (line: string) => lines(line, 'Host: x', authorization, 'Connection: close', '');
  /** A change that must not be made by what is hidden in another request. */
  const HIDDEN = () =>
    lines('POST /api/onboarding/step/4/skip HTTP/1.1', 'Host: x', authorization, 'Connection: close', '');

  /** Whatever comes back until the service closes the connection. */
  async function say(bytes: string | Buffer): Promise<string> {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(bytes);
    return within('the service closes the connection', text(socket));
  }

  const statusesIn = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status);

  /** One answer and no more, with a problem of that status. */
  function expectOneProblem(answer: string, status: number): void {
    expect(statusesIn(answer)).toEqual([String(status)]);
    expect(answer).toMatch(/^content-type: application\/problem\+json\r$/im);
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({
      status,
      detail: expect.stringMatching(/\S/),
    });
  }

  it.each<[string, () => string | Buffer]>([
    ['a length and chunks', () => post(`0\r\n\r\n${HIDDEN()}`, 'Content-Length: 6', 'Transfer-Encoding: chunked')],
    ['chunks and a length', () => post(`0\r\n\r\n${HIDDEN()}`, 'Transfer-Encoding: chunked', 'Content-Length: 4')],
    ['two lengths', () => post(HIDDEN(), 'Content-Length: 0', `Content-Length: ${HIDDEN().length}`)],
    ['the same length twice', () => post('{}', 'Content-Length: 2', 'Content-Length: 2')],
    ['a list of lengths', () => post('{}', 'Content-Length: 2, 2')],
    ['a length with a sign', () => post('{}', 'Content-Length: +2')],
    ['a length below zero', () => post('{}', 'Content-Length: -1')],
    ['a length beyond all numbers', () => post('{}', `Content-Length: ${'9'.repeat(20)}`)],
    ['chunks twice', () => post(`0\r\n\r\n${HIDDEN()}`, 'Transfer-Encoding: chunked, chunked')],
    ['an encoding that ends nowhere', () => post('{}', 'Transfer-Encoding: gzip')],
    ['an encoding that is almost chunked', () => post(`0\r\n\r\n${HIDDEN()}`, 'Transfer-Encoding: xchunked')],
    ['a blank before the colon', () => post(`0\r\n\r\n${HIDDEN()}`, 'Transfer-Encoding : chunked')],
    ['another white space before chunked', () => post(`0\r\n\r\n${HIDDEN()}`, 'Transfer-Encoding: \u000bchunked')],
    ['a chunk whose size is none', () => post('zz\r\n{}\r\n0\r\n\r\n', 'Transfer-Encoding: chunked')],
    ['a chunk whose size is below zero', () => post('-1\r\n{}\r\n0\r\n\r\n', 'Transfer-Encoding: chunked')],
    ['a chunk beyond all numbers', () => post(`${'f'.repeat(17)}\r\n{}\r\n0\r\n\r\n`, 'Transfer-Encoding: chunked')],
    ['chunks without line ends', () => post('2\n{}\n0\n\n', 'Transfer-Encoding: chunked')],
    ['a header over two lines', () => get('X-A: b', ' c')],
    ['a header with a blank in its name', () => get('X A: b')],
    ['a header without a name', () => get(': b')],
    ['a header with NUL', () => get('X-A: a\u0000b')],
    ['line feeds alone', () => 'GET /api/onboarding/config HTTP/1.1\nHost: x\n\n'],
    ['carriage returns alone', () => 'GET /api/onboarding/config HTTP/1.1\rHost: x\r\r'],
    ['no host', () => lines('GET /api/onboarding/config HTTP/1.1', 'Connection: close', '')],
    ['a method in lower case', () => requestOf('get /api/onboarding/status HTTP/1.1')],
    ['a method that is none', () => requestOf('BREW /api/onboarding/status HTTP/1.1')],
    ['a blank in its address', () => requestOf('GET /api/onboarding/step/ 2 HTTP/1.1')],
    ['NUL in its address', () => requestOf('GET /api/onboarding/step/2\u0000 HTTP/1.1')],
    ['an address in UTF-8', () => Buffer.from(requestOf('GET /api/onboarding/step/\u00e9 HTTP/1.1'))],
    ['an address that is none', () => requestOf('GET api/onboarding/status HTTP/1.1')],
    ['a version that there is not', () => requestOf('GET /api/onboarding/status HTTP/1.2')],
    ['the preface of HTTP/2', () => lines('PRI * HTTP/2.0', '', 'SM', '')],
    ['TLS', () => Buffer.from('16030100a5010000a10303', 'hex')],
    ['garbage without an end', () => 'x'.repeat(1000)],
  ])('with %s is refused, and nothing is done', async (_what, bytes) => {
    expectOneProblem(await say(bytes()), 400);
    expect(await app.database.query('select from onboarding_sessions')).toEqual([]);
  });

  it.each<[string, () => string]>([
    ['an address that is too long', () => requestOf(`GET /api/onboarding/step/${'x'.repeat(20_000)} HTTP/1.1`)],
    ['too many headers', () => get(...Array.from({ length: 3000 }, (_, n) => `X-${n}: x`))],
  ])('with %s is refused as too large', async (_what, bytes) => {
    expectOneProblem(await say(bytes()), 431);
  });

  it.each<[string, number, () => string]>([
    ['what is no HTTP', 400, () => 'this is no HTTP\r\n\r\n'],
    ['too many headers', 431, () => get(...Array.from({ length: 3000 }, (_, n) => `X-${n}: x`))],
    ['an expectation', 417, () => get('Expect: the-unexpected', 'Connection: close')],
    ['a tunnel', 405, () => requestOf(`CONNECT ${new URL(app.url).host} HTTP/1.1`)],
  ])('has the headers of every answer and a line in the log: %s', async (_what, status, bytes) => {
    const head = (await say(bytes())).split('\r\n\r\n')[0] ?? '';
    const headers = new Map(
      head
        .split('\r\n')
        .slice(1)
        .map((line) => line.toLowerCase().split(': ') as [string, string]),
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
    const id = headers.get('x-request-id') ?? '';
    expect(id).toMatch(/^[\w-]{36}$/);
    expect(await linesOf(app, id)).toMatchObject([{ status, msg: 'request' }]);
  });

  it('in a coding that is not understood is refused', async () => {
    const coded = post('2\r\n{}\r\n0\r\n\r\n', 'Transfer-Encoding: gzip, chunked', 'Connection: close');
    expectOneProblem(await say(coded), 501);
    expect(await app.database.query('select from onboarding_sessions')).toEqual([]);
  });

  it('with an expectation that nobody has is refused', async () => {
    expectOneProblem(await say(get('Expect: the-unexpected', 'Connection: close')), 417);
  });

  it('with a token in the trailer has none', async () => {
    const headers = ['Content-Type: application/json', 'Transfer-Encoding: chunked', 'Trailer: Authorization'];
    const head = lines('POST /api/onboarding/start HTTP/1.1', 'Host: x', ...headers, 'Connection: close', '');
    expectOneProblem(await say(head + lines('2', '{}', '0', authorization, '')), 401);
  });

  it.each(['OPTIONS * HTTP/1.1', 'GET * HTTP/1.1'])('%s means nothing here', async (line) => {
    expectOneProblem(await say(requestOf(line)), 404);
  });

  it('is no proxy and no tunnel', async () => {
    const answer = await say(requestOf('GET http://elsewhere.example.com/api/onboarding/status HTTP/1.1'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*"current_step":1/);
    expectOneProblem(await say(requestOf(`CONNECT ${new URL(app.url).host} HTTP/1.1`)), 405);
  });

  it('is answered in order when two requests come at once', async () => {
    const answer = await say(get() + requestOf('GET /api/onboarding/config HTTP/1.1'));
    expect(statusesIn(answer)).toEqual(['200', '200']);
    expect(answer).toMatch(/"current_step":1.*HTTP.*"total_steps":6/s);
  });

  it.each(['websocket', 'h2c'])('does not become %s', async (protocol) => {
    expect(statusesIn(await say(get('Connection: upgrade, close', `Upgrade: ${protocol}`)))).toEqual(['200']);
  });
});
