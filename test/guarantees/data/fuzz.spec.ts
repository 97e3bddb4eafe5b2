import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { once } from 'node:events';
import { Agent, request as open, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { PROVIDERS } from '../../../src/ground/providers/providers.js';
import { TestApp } from '../../support/service/app.js';
import { textUntilLive, type Answer } from '../../support/service/client.js';
import { API_DOCUMENT, checkAnswer, exercised } from '../../support/service/contract.js';
import { countEverybody } from '../../support/data/counted-users.js';
import { fillEveryTable, rowsOf } from '../../support/data/filled-user.js';
import { hostileRequests, KEY, KEY_TAIL, MARK, type HostileRequest } from '../../support/data/hostile-requests.js';
import { ProviderServer, status as providerStatus } from '../../support/servers/provider-server.js';
import { ALL_SCOPES } from '../../support/data/sample-requests.js';
import { sample } from '../../support/data/samples.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';
import { token } from '../../support/service/tokens.js';

/** `npm run fuzz` sends 20,000. */
const REQUESTS = Number(process.env['FUZZ_REQUESTS'] ?? 1500);

/** A failure names its seed: with `FUZZ_SEED` set to it the same requests are sent again, from the first. */
const SEED = process.env['FUZZ_SEED'];

/** Milliseconds, failing and shrinking included. */
const LIMIT = 60_000 + REQUESTS * 40;

interface Caller {
  readonly name: string;
  readonly mark: string;
  readonly authorization: Readonly<Record<string, string>>;
  /** Whether the answers of internal routes, about users whom the request names, are for this caller. */
  readonly isService?: true;
}

const USERS = ['fuzz.alice', 'fuzz.Alice', 'fuzz_alice'];

/** Has data, and asks for nothing. */
const SILENT = 'fuzz.silent';

const markOf = (userId: string) => `markof${[...USERS, SILENT].indexOf(userId)}user`;

/** How any key starts: those that the users have from the beginning, and those that are sent. */
const KEYS = /AIza0123|another-key-|keyof/;

const keyOf = (mark: string) => `keyof${mark}0123456789${KEY_TAIL}`;

describe('requests of any kind', () => {
  let app: TestApp;
  let providers: ProviderServer;
  const callers: Caller[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  let requests: fc.Arbitrary<HostileRequest>;
  /** Answers that showed their reader's own: where there are none, nobody else's would be seen either. */
  let withOwnMark = 0;
  /** Connections that failed, after an answer too. */
  const failures: string[] = [];

  beforeAll(async () => {
    providers = await ProviderServer.start();
    providers.answers(providerStatus(200));
    // What is refused for its number is not tried.
    const environment = {
      RATE_LIMIT_KEY_SAVES: '0',
      RATE_LIMIT_KEY_CHECKS: '0',
      PROVIDER_BASE_URLS: providers.baseUrls,
    };
    app = await TestApp.start({ environment });
    const bearer = async (userId: string, scope?: string) => ({
      authorization: `Bearer ${await token(userId, { scope })}`,
    });
    const ids: string[] = [];
    for (const userId of [...USERS, SILENT]) {
      await fillEveryTable(app, userId, markOf(userId));
      const { business_info, website_analyses } = await rowsOf(app.database, userId);
      ids.push(...[...(business_info ?? []), ...(website_analyses ?? [])].map((row) => (row as { id: string }).id));
      if (userId !== SILENT) callers.push({ name: userId, mark: markOf(userId), authorization: await bearer(userId) });
    }
    callers.push(
      {
        name: 'service',
        mark: 'markofservice',
        authorization: await bearer('fuzz.service', ALL_SCOPES),
        isService: true,
      },
      { name: 'nobody', mark: 'markofnobody', authorization: {} },
      { name: 'a forger', mark: 'markofforger', authorization: { authorization: `Bearer ${await token(SILENT)}x` } },
    );
    requests = hostileRequests({
      n: STEP_NUMBERS.map(String),
      // Those of the first requests, and of many later ones.
      revision: ['1', '2', '3', '9', '30'],
      provider: PROVIDERS.flatMap(({ id, aliases }) => [id, ...aliases]),
      userId: [...USERS, SILENT, 'fuzz.nobody'].map(encodeURIComponent),
      id: ids,
      url: [...USERS, SILENT].map((userId) => encodeURIComponent(`https://example.com/${markOf(userId)}`)),
    });
    await countEverybody(app);
    app.log.length = 0;
    exercised.clear();
  });
  afterAll(async () => {
    agent.destroy();
    await app.stop();
    await providers.stop();
  });

  it(
    'are answered as the document says, without a 5xx, and tell nobody of anybody else',
    async () => {
      const numRuns = Math.ceil(REQUESTS / callers.length);
      const atOnce = fc.tuple(...callers.map(() => requests));
      await fc.assert(
        fc.asyncProperty(atOnce, async (batch) => {
          const sent = batch.map((each, index) => ({ ...(callers[index] as Caller), request: each }));
          await Promise.all(sent.map(({ request, ...caller }) => tryOut(caller, request)));
          expectNothingLogged();
        }),
        {
          numRuns,
          ...(SEED === undefined ? {} : { seed: Number(SEED) }),
          interruptAfterTimeLimit: LIMIT,
          markInterruptAsFailure: true,
        },
      );
    },
    LIMIT + 60_000,
  );

  async function tryOut(caller: Caller, request: HostileRequest): Promise<void> {
    try {
      const answer = await send(caller, request);
      expect(answer.status).toBeLessThan(500);
      checkAnswer(request.method, request.target, answer);
      const named = (userId: string) =>
        caller.isService === true && request.target.includes(encodeURIComponent(userId));
      const foreign = [...USERS, SILENT].filter((userId) => userId !== caller.name && !named(userId)).map(markOf);
      expect(foreign.filter((mark) => answer.text.includes(mark))).toEqual([]);
      const isLent = caller.isService === true && /\/internal\/.*\/api-keys\//.test(request.target);
      if (!isLent) expect(answer.text).not.toMatch(KEYS);
      if (answer.text.includes(caller.mark)) withOwnMark++;
    } catch (error) {
      const shown = {
        ...request,
        body: typeof request.body === 'string' ? request.body : request.body && [...request.body],
      };
      throw new Error(`${caller.name} sent ${JSON.stringify(shown).slice(0, 4000)}\n${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  /** Neither keys nor what users enter; what has been looked through is let go. */
  function expectNothingLogged(): void {
    const logged = app.log.splice(0).join('');
    expect(logged).not.toMatch(KEYS);
    expect(logged).not.toContain('markof');
  }

  async function send({ mark, authorization }: Caller, request: HostileRequest): Promise<Answer> {
    const { method, target, headers, body } = request;
    const bytes = typeof body === 'string' ? body.replaceAll(MARK, mark).replaceAll(KEY, keyOf(mark)) : (body ?? '');
    // Node would send a body with any method, but say how long it is only with some.
    const framed = 'transfer-encoding' in headers ? {} : { 'content-length': Buffer.byteLength(bytes) };
    const { hostname, port } = new URL(app.url);
    const sent = open({
      ...{ hostname, port, agent, method, path: target, timeout: 20_000 },
      headers: { ...authorization, ...headers, ...framed },
    });
    sent.on('timeout', () => sent.destroy(new Error('No answer')));
    sent.on('error', ({ message }) => {
      // Before the method is known HTTP itself refuses with a body, which a client that has sent HEAD does not expect.
      if (method !== 'HEAD') failures.push(`${method} ${target}: ${message}`);
    });
    sent.end(bytes);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const { statusCode: status = 0 } = response;
    const isStream = method !== 'HEAD' && response.headers['content-type']?.startsWith('text/event-stream');
    const answered = await (isStream ? textUntilLive(response.setEncoding('utf8')) : text(response));
    const received = new Headers(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
    return { status, headers: received, text: answered, body: parsed(answered) };
  }

  it('have reached every operation of the document, and were taken and refused', () => {
    const seen = [...exercised].map((each) => each.split(' ') as [string, string, string]);
    const operations = Object.entries(API_DOCUMENT.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect([...new Set(seen.map(([method, path]) => `${method} ${path}`))].toSorted()).toEqual(operations.toSorted());
    const statuses = new Set(seen.map(([, , status]) => status));
    expect(['200', '400', '401', '404', '415'].filter((status) => !statuses.has(status))).toEqual([]);
    expect(withOwnMark).toBeGreaterThan(REQUESTS / 50);
  });

  it('leave the service as it was for everybody else', async () => {
    expect(failures).toEqual([]);
    expect((await app.anonymous().get('//health/ready')).status).toBe(200);
    const newcomer = await app.as('fuzz.newcomer');
    for (const step of STEP_NUMBERS)
      expect((await newcomer.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
    expect((await newcomer.get('/init')).body.onboarding).toMatchObject({
      is_completed: true,
      completion_percentage: 100,
    });
    const silent = await app.as(SILENT);
    expect((await silent.get('/init')).text).toContain(markOf(SILENT));
    expectNothingLogged();
  });
});

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
