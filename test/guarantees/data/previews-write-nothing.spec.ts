import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { fillEveryTable, rowsOf, TABLES } from '../../support/data/filled-user.js';
import { MEGABYTE, save, website } from '../../support/data/large-documents.js';
import { sample } from '../../support/data/samples.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';
import { rowVersionsOf } from '../../support/data/stored-onboarding.js';
import { TestDatabase } from '../../support/database/database.js';
import { DatabaseWire, type Traffic } from '../../support/database/database-wire.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer } from '../../support/service/client.js';

const KEY = 'sk-proj-0123456789abcdefghij';

interface Post {
  readonly name: string;
  readonly step: number;
  readonly data: JsonObject | null;
  readonly status?: number;
  /** Whether completing the step would succeed, for somebody new and for somebody with data; left out: it would for both. */
  readonly can?: { readonly newcomer: boolean; readonly veteran: boolean };
}

const never = { newcomer: false, veteran: false };
const forVeterans = { newcomer: false, veteran: true };

const POSTS: readonly Post[] = [
  ...[1, 2, 3, 4, 5].map((step) => ({ name: 'what the wizard posts', step, data: sample(step).data })),
  { name: 'the end', step: 6, data: {}, can: forVeterans },
  ...[1, 2, 3, 4].map((step) => ({ name: 'no data', step, data: null, can: forVeterans })),
  {
    name: 'all pages together',
    step: 4,
    data: Object.assign({}, ...[2, 3, 4, 5].map((step) => sample(step).data)) as JsonObject,
  },
  { name: 'two keys', step: 1, data: { api_keys: { openai: KEY, exa: 'exa-of-a-preview-0123' } } },
  { name: 'a key of nobody', step: 1, data: { api_keys: { openai: KEY, nonesuch: 'x' } }, can: never },
  { name: 'a mask of no key', step: 1, data: { api_keys: { openai: '********zzzz' } }, can: never },
  { name: 'no address', step: 2, data: {}, can: never },
  { name: 'wrong types', step: 3, data: { competitors: 'none', research_depth: 5 }, can: never },
  { name: 'too many values', step: 5, data: { list: Array.from({ length: 30_000 }, () => 0) }, can: never },
  { name: 'no step of that number', step: 7, data: {}, status: 404 },
];

/** What no statement of a preview may say. */
const WRITES = /\b(insert|update|delete|merge|truncate|nextval|setval|lock|notify|copy|call|do)\b/i;

describe('a preview of completing a step writes nothing:', () => {
  const directory = scratchDirectory();
  const envFile = join(directory, '.env');
  let database: TestDatabase;
  let wire: DatabaseWire;
  let app: TestApp;
  let users = 0;

  beforeAll(async () => {
    database = await TestDatabase.create();
    wire = await DatabaseWire.before(database.appUrl);
    const local = { DEPLOY_ENV: 'local', WRITE_ENV_FILE: undefined, ENV_FILE: envFile };
    // With one connection no request finds another on which its statements were not prepared yet.
    const environment = { DATABASE_URL: wire.url, DATABASE_POOL_SIZE: '1', RATE_LIMIT_KEY_SAVES: '0', ...local };
    app = await TestApp.start({ database, environment });
    writeFileSync(envFile, 'OF_MY_OWN=1\n');
    await fillEveryTable(app, 'veteran', 'of-the-veteran');
    const large = await app.as('large');
    for (const step of STEP_NUMBERS) await save(large, { step, data: sample(step).data });
    await save(large, website('large', 1));
    for (const step of STEP_NUMBERS) {
      for (const userId of ['veteran', 'large']) {
        await (await app.as(userId)).post(`/step/${step}/validate`, sample(step));
        await (await app.as(userId)).post(`/step/${step}/validate`, { data: null });
      }
    }
  });
  afterAll(async () => {
    await app.stop();
    await wire.close();
    await database.drop();
    rmSync(directory, { recursive: true });
  });

  /** All that there is of anybody, with the transactions that wrote it. */
  const everything = async (userId: string) => ({
    tables: await database.dump(),
    rows: await rowVersionsOf(database, userId),
    file: existsSync(envFile) ? readFileSync(envFile, 'utf8') : null,
  });

  /** The answer, and what was sent for it. */
  async function previewOf(userId: string, step: number, data: JsonObject | null): Promise<[Answer, Traffic]> {
    const client = await app.as(userId);
    let answer: Answer | undefined;
    const traffic = await wire.during(async () => {
      answer = await client.post(`/step/${step}/validate`, { data });
    });
    if (!answer) throw new Error('No answer');
    return [answer, traffic];
  }

  /** Each round trip is a transaction of its own, and read-only. */
  function expectReads({ roundTrips, statements }: Traffic, trips: number): void {
    const texts = statements.map(({ text }) => text);
    expect(texts.filter((text) => WRITES.test(text.replaceAll(/'[^']*'/g, "''")))).toEqual([]);
    expect(texts.filter((text) => /\bfor (update|share|no key|key)\b/i.test(text))).toEqual([]);
    const begins = texts.filter((text) => text.startsWith('begin'));
    expect(begins).toEqual(begins.map(() => 'begin isolation level repeatable read read only'));
    expect([roundTrips, begins.length, texts.filter((text) => text === 'commit').length]).toEqual([
      trips,
      trips,
      trips,
    ]);
  }

  it.each(POSTS)('$name, for step $step', async ({ step, data, status = 200, can }) => {
    for (const kind of ['newcomer', 'veteran', 'large'] as const) {
      const userId = kind === 'newcomer' ? `newcomer ${++users}` : kind;
      const before = await everything(userId);
      const [answer, traffic] = await previewOf(userId, step, data);
      expect(await everything(userId)).toEqual(before);
      expect([kind, answer.status]).toEqual([kind, status]);
      if (status !== 200) continue;
      const expected = kind === 'newcomer' ? can?.newcomer : can?.veteran;
      expect([kind, answer.body.can_proceed, answer.body.errors]).toEqual([kind, expected ?? true, expect.any(Array)]);
      expectReads(traffic, kind === 'large' ? 2 : 1);
    }
  });

  it('bodies that are none, and steps that no wizard has, send no statement that writes', async () => {
    const client = await app.as('veteran');
    const before = await everything('veteran');
    for (const body of ['{"data":[]}', '{"data":{"a":1e999}}', '{"data":{"a":"\\u0000"}}', '{"data":', '[]']) {
      const { statements } = await wire.during(async () => {
        expect([body, (await client.send('POST', '/step/2/validate', body)).status]).toEqual([body, 400]);
      });
      expect(statements).toEqual([]);
    }
    const [answer, { roundTrips, statements }] = await previewOf('veteran', 7, {});
    expect([answer.status, roundTrips]).toEqual([404, 1]);
    expect(statements.filter(({ text }) => WRITES.test(text.replaceAll(/'[^']*'/g, "''")))).toEqual([]);
    expect(await everything('veteran')).toEqual(before);
  });

  it('a key is sealed for nobody, and stays out of the answer, the log and the file', async () => {
    app.log.length = 0;
    const [answer] = await previewOf('veteran', 1, { api_keys: { openai: KEY } });
    expect(answer.body.can_proceed).toBe(true);
    expect(answer.text + app.log.join('') + readFileSync(envFile, 'utf8')).not.toContain(KEY);
  });

  it('the tables that are compared are filled', async () => {
    const rows = await rowsOf(database, 'veteran');
    expect(TABLES.filter((table) => rows[table]?.length === 0)).toEqual([]);
    expect(readFileSync(envFile, 'utf8')).toContain('EXA_API_KEY');
  });

  it.each(['/requirements', '/init'])(
    'GET %s takes one round trip, and two where documents are large',
    async (path) => {
      for (const [userId, trips] of [
        ['veteran', 1],
        ['large', 2],
        ['nobody', 1],
      ] as const) {
        const client = await app.as(userId);
        await client.get(path);
        const before = await everything(userId);
        const { roundTrips, statements } = await wire.during(async () => {
          expect((await client.get(path)).status).toBe(200);
        });
        expect([userId, roundTrips]).toEqual([userId, trips]);
        expect(statements.filter(({ text }) => WRITES.test(text.replaceAll(/'[^']*'/g, "''")))).toEqual([]);
        // The scope of each transaction makes it read-only.
        expect(statements.filter(({ text }) => text.includes("'transaction_read_only', 'on'"))).toHaveLength(trips);
        expect(await everything(userId)).toEqual(before);
      }
    },
  );

  it('a large document is one of more than half a megabyte', async () => {
    const [row] = await database.query(
      `select document_bytes as bytes from onboarding_sessions where user_id = 'large'`,
    );
    expect(row?.['bytes']).toBeGreaterThan(MEGABYTE / 2);
  });
});
