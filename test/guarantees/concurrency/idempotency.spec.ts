import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { TestApp } from '../../support/service/app.js';
import type { Answer, Client } from '../../support/service/client.js';
import { fillEveryTable, rowsOf, type Dump } from '../../support/data/filled-user.js';
import { linesOf } from '../../support/service/log-lines.js';
import { ProviderServer, status as providerStatus } from '../../support/servers/provider-server.js';
import { API_ROUTES } from '../../support/service/routes.js';
import { idIn, targetOf, WRITES, type SampleRequest } from '../../support/data/sample-requests.js';
import { token } from '../../support/service/tokens.js';

type Row = Readonly<Record<string, unknown>>;

/** `unheard`: it is done, and the connection is cut before its answer was read. */
type Attempt = 'heard' | 'unheard';

const NOTHING = '00000000-0000-7000-8000-000000000000';

/** What a repeat does, where that is not nothing. */
interface Repeat {
  /** The events that tell of the repeat. */
  readonly recorded?: readonly string[];
  /** Columns that then hold the time of the repeat, by table. */
  readonly renewed?: Readonly<Record<string, readonly string[]>>;
  /** Fields of the answer that do, wherever they are in it. */
  readonly inAnswer?: readonly string[];
  /** How a repeat is answered, where that is not as the first time. */
  readonly status?: number;
}

const saved = (table: string): Repeat => ({
  recorded: ['data_saved'],
  renewed: { [table]: ['updated_at'] },
  inAnswer: ['updated_at'],
});

/** The documented meaning of a repeat, for every route that writes: whatever is not named here stays as it is, to the letter. */
const REPEATS: Readonly<Record<string, Repeat>> = {
  'POST /api/onboarding/start': {},
  // A completed step keeps the time of its first completion.
  'POST /api/onboarding/step/:n/complete': {
    recorded: ['step_completed'],
    renewed: {
      website_analyses: ['updated_at'],
      research_preferences: ['updated_at'],
      // A set that is replaced as a whole, by itself.
      competitor_analyses: ['created_at'],
      persona_data: ['updated_at'],
      platform_integrations: ['updated_at'],
    },
    inAnswer: ['updated_at'],
  },
  // A dry run stores nothing, the first time either: what would be from then on begins with each of them.
  'POST /api/onboarding/step/:n/validate': { inAnswer: ['since'] },
  'POST /api/onboarding/step/:n/skip': {},
  'POST /api/onboarding/complete': {},
  // What is as it was is not restored.
  'POST /api/onboarding/restore': { inAnswer: ['restored', 'changes'] },
  // Who starts again starts now.
  'POST /api/onboarding/reset': {
    recorded: ['onboarding_reset'],
    renewed: { onboarding_sessions: ['started_at'] },
    inAnswer: ['started_at'],
  },
  // A key that is stored already is left as it is.
  'POST /api/onboarding/api-keys': {},
  // What is gone is not there.
  'DELETE /api/onboarding/api-keys/:provider': { status: 404 },
  'POST /api/onboarding/api-keys/validate': { renewed: { api_keys: ['verified_at'] } },
  'POST /api/onboarding/providers/:provider/validate': {},
  'PUT /api/onboarding/style-detection/analysis/:id': saved('website_analyses'),
  // The row stays, without its analysis.
  'DELETE /api/onboarding/style-detection/analysis/:id': saved('website_analyses'),
  'POST /api/onboarding/step4/persona-save': saved('persona_data'),
  'POST /api/onboarding/business-info': saved('business_info'),
  'PUT /api/onboarding/business-info/:id': saved('business_info'),
  'POST /onboarding/business-info': saved('business_info'),
  'PUT /onboarding/business-info/:id': saved('business_info'),
};

const nameOf = ({ route, at, query, body }: SampleRequest) =>
  [route, at && JSON.stringify(at), query, body && (Object.keys(body).length > 0 ? 'with data' : 'without data')]
    .filter(Boolean)
    .join(' ');

const requests = WRITES.map((request) => [nameOf(request), request] as const);

describe('a request that is sent again', () => {
  let app: TestApp;
  let providers: ProviderServer;
  let users = 0;
  let unheard = 0;

  beforeAll(async () => {
    providers = await ProviderServer.start();
    providers.answers(providerStatus(200));
    app = await TestApp.start({
      environment: { PROVIDER_BASE_URLS: providers.baseUrls, RATE_LIMIT_KEY_CHECKS: '0', LOG_LEVEL: 'info' },
    });
  });
  afterAll(async () => {
    await app.stop();
    await providers.stop();
  });

  it('is one of every route that writes', () => {
    const writing = API_ROUTES.filter((route) => !route.startsWith('GET'));
    expect([...new Set(WRITES.map(({ route }) => route))].toSorted()).toEqual(writing.toSorted());
    expect(Object.keys(REPEATS).toSorted()).toEqual(writing.toSorted());
  });

  /** One user, and the same request of theirs over and over. */
  class Sender {
    private constructor(
      readonly route: string,
      readonly isNew: boolean,
      private readonly userId: string,
      private readonly client: Client,
      private readonly target: string,
      private readonly body: string | undefined,
    ) {}

    static async of(request: SampleRequest, isNew: boolean): Promise<Sender> {
      const userId = `user ${++users}`;
      if (!isNew) await fillEveryTable(app, userId, `mark${users}`);
      const id = idIn(await rowsOf(app.database, userId), request.route) ?? NOTHING;
      const body = request.body && JSON.stringify(request.body);
      return new Sender(request.route, isNew, userId, await app.as(userId), targetOf(request, { id }), body);
    }

    rows(): Promise<Dump> {
      return rowsOf(app.database, this.userId);
    }

    async send(attempt?: Attempt): Promise<{ readonly status: number; readonly answer?: Answer }> {
      if (attempt === 'unheard') return { status: await this.#sendUnheard() };
      const answer = await this.client.send(this.#method, `/${this.target}`, this.body);
      return { status: answer.status, answer };
    }

    get #method(): string {
      return this.route.split(' ')[0] ?? '';
    }

    /** Sends all of it, never reads, and hangs up once it was answered. @returns the status that nobody has seen */
    async #sendUnheard(): Promise<number> {
      const requestId = `unheard-${++unheard}`;
      const { hostname, port, host } = new URL(app.url);
      const socket = connect(Number(port), hostname).pause();
      const head = [
        `${this.#method} ${this.target} HTTP/1.1`,
        `Host: ${host}`,
        `Authorization: Bearer ${await token(this.userId)}`,
        `X-Request-Id: ${requestId}`,
        'Content-Type: application/json',
        `Content-Length: ${Buffer.byteLength(this.body ?? '')}`,
      ];
      socket.write([...head, '', this.body ?? ''].join('\r\n'));
      const [line] = await linesOf(app, requestId);
      socket.destroy();
      return Number(line?.['status']);
    }
  }

  describe.each([
    ['a new user', true],
    ['a user with data everywhere', false],
  ])('by %s', (_who, isNew) => {
    it.each(requests)('%s', async (_name, request) => {
      await expectOnceForAll(await Sender.of(request, isNew), ['heard', 'heard', 'unheard', 'heard']);
    });

    it.each(requests)('%s, the first time to nobody’s knowledge', async (_name, request) => {
      await expectOnceForAll(await Sender.of(request, isNew), ['unheard', 'heard', 'heard']);
    });
  });

  /** Holds that the attempts after the first change nothing but what is documented, and are answered alike. */
  async function expectOnceForAll(sender: Sender, [first, ...others]: readonly Attempt[]): Promise<void> {
    const { recorded = [], renewed = {}, inAnswer = [], status } = REPEATS[sender.route] ?? {};
    const outcome = await sender.send(first);
    // A new user cannot replace, remove or end what there is not: that is refused each time, at some addresses with a 200.
    const isNotFound = sender.isNew && sender.route.includes('/style-detection/');
    const isDone = outcome.status === 200 && !isNotFound;
    if (!sender.isNew) expect(outcome.status).toBe(200);
    let rows = await sender.rows();
    let answer = outcome.answer;
    for (const attempt of others) {
      const again = await sender.send(attempt);
      expect(again.status).toBe(isDone ? (status ?? 200) : outcome.status);
      if (answer && again.answer && again.status === outcome.status) {
        expect(withoutKeys(again.answer.body, inAnswer)).toEqual(withoutKeys(answer.body, inAnswer));
      }
      answer ??= again.answer;
      const after = await sender.rows();
      const events = eventsAdded(rows, after);
      // After a hard reset there is nobody of whom anything could be told.
      const isGone = eventsIn(after).length === 0;
      expect(events.map(({ type }) => type)).toEqual(isDone && !isGone ? recorded : []);
      // The bound of keys and values counts what was posted, until they are counted themselves.
      const moved = { onboarding_sessions: ['revision', 'updated_at', 'document_items'] };
      const differences = [isDone ? renewed : {}, events.length > 0 ? moved : {}];
      expect(stateIn(after, differences)).toEqual(stateIn(rows, differences));
      rows = after;
    }
  }
});

const eventsIn = (dump: Dump) =>
  (dump['progress_events'] as Row[]).toSorted((a, b) => Number(a['revision']) - Number(b['revision']));

/** What was recorded stays; what came after it, without a gap. */
function eventsAdded(before: Dump, after: Dump): readonly Row[] {
  const [earlier, all] = [eventsIn(before), eventsIn(after)];
  expect(all.slice(0, earlier.length)).toEqual(earlier);
  expect(all.map(({ revision }) => revision)).toEqual(all.map((_, index) => index + 1));
  return all.slice(earlier.length);
}

/** The rows but for columns that may differ, and but for events. */
function stateIn({ progress_events: _, ...tables }: Dump, differences: readonly Repeat['renewed'][]): Dump {
  return Object.fromEntries(
    Object.entries(tables).map(([table, rows]) => {
      const columns = differences.flatMap((differing) => differing?.[table] ?? []);
      return [table, rows.map((row) => JSON.stringify(withoutKeys(row, columns))).toSorted()];
    }),
  );
}

/** A document without fields of these names, wherever they are in it. */
function withoutKeys(document: unknown, keys: readonly string[]): unknown {
  return JSON.parse(JSON.stringify(document, (key, value: unknown) => (keys.includes(key) ? undefined : value)));
}
