import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { storedBytes } from '../../../src/onboarding/database/document-sizes.js';
import { jsonValue } from '../../support/data/json-documents.js';
import { MEGABYTE, save } from '../../support/data/large-documents.js';
import { sample } from '../../support/data/samples.js';
import { TestDatabase } from '../../support/database/database.js';
import { storedSizesOf } from '../../support/database/stored-sizes.js';
import { TestApp } from '../../support/service/app.js';
import { expectProblem } from '../../support/service/problems.js';

/** Bytes that all documents of one user may have, as JSON text of PostgreSQL's, and their keys and values. */
const MOST_BYTES = 10 * MEGABYTE;
const MOST_ITEMS = 30_000;

/** A post of each step that saves documents, with a filling. */
const POSTS: Readonly<Record<number, (filling: unknown) => JsonObject>> = {
  2: (filling) => ({
    website: 'https://example.com',
    analysis: { guidelines: ['Lead'], style_guidelines: { do: 'x' } },
    filling,
  }),
  3: (filling) => ({ competitors: [{ url: 'https://a.example', filling }, { url: 'https://b.example' }], hobby: 1e-7 }),
  4: (filling) => ({ corePersona: { identity: { é: '\u{1F600}' } }, platformPersonas: { blog: {} }, filling }),
  5: (filling) => ({ notes: '"\\\n\u0001', filling }),
};
const STEPS = Object.keys(POSTS).map(Number);

/** Another step, whose data are nearly as much as a user may store. */
const besides = (step: number) => (step === 5 ? 4 : 5);

/** What is stored in that step before. */
const BEFORE = ['nothing', 'something'] as const;

const dataOf = (step: number, filling: unknown) => POSTS[step]?.(filling) ?? {};

/** A list of so many values, itself among them. */
const list = (items: number) => Array.from({ length: items - 1 }, () => 0);

const BRANDS = [true, false];
const CASES = BRANDS.flatMap((brand) => BEFORE.flatMap((before) => STEPS.map((step) => ({ brand, before, step }))));

/** Those in which different columns and lists are measured: each takes some requests of 10 MB. */
const LARGE_CASES = CASES.filter(({ brand, before, step }) =>
  brand ? before === 'something' : before === 'nothing' && step === 2,
);

describe('a preview refuses what is too large exactly where completing the step does:', () => {
  let database: TestDatabase;
  const apps = new Map<boolean, TestApp>();
  let users = 0;

  beforeAll(async () => {
    database = await TestDatabase.create();
    for (const brand of BRANDS) {
      const environment = { ENABLE_WEBSITE_BRAND_COLUMNS: String(brand) };
      apps.set(brand, await TestApp.start({ database, environment }));
    }
  });
  afterAll(async () => {
    for (const app of apps.values()) await app.stop();
    await database.drop();
  });

  interface Case {
    readonly brand: boolean;
    readonly before: (typeof BEFORE)[number];
    readonly step: number;
  }

  /** Somebody with a filling in another step, and perhaps something in this one. */
  async function userWith({ brand, before, step }: Case, filling: unknown) {
    const userId = `user ${++users}`;
    const client = await (apps.get(brand) as TestApp).as(userId);
    if (before === 'something') await save(client, { step, data: sample(step).data });
    await save(client, { step: besides(step), data: dataOf(besides(step), filling) });
    return { userId, client };
  }

  /** Holds that the preview and then the completion accept a post, or refuse it in the same words. */
  async function post(
    { client }: Awaited<ReturnType<typeof userWith>>,
    step: number,
    filling: unknown,
  ): Promise<boolean> {
    const data = dataOf(step, filling);
    const { status, body: preview } = await client.post(`/step/${step}/validate`, { data });
    const answer = await client.post(`/step/${step}/complete`, { data });
    expect([status, preview.can_proceed, preview.validation_errors]).toEqual([
      200,
      answer.status === 200,
      answer.status === 200 ? [] : [answer.body.detail],
    ]);
    if (answer.status !== 200) expectProblem(answer, 413);
    return preview.can_proceed as boolean;
  }

  it.each(LARGE_CASES)('10 MB, to the byte: step $step over $before (brand analysis: $brand)', async (each) => {
    const { step } = each;
    // What this post comes to is measured with a user who has little else.
    const model = await userWith(each, 'x');
    await save(model.client, { step, data: dataOf(step, 'x') });
    const { bytes } = await storedSizesOf(database, model.userId);
    const [most, filling] = ['x'.repeat(MOST_BYTES - bytes - 1998), 2000];
    const user = await userWith(each, most);
    expect(await post(user, step, 'x'.repeat(filling + 1))).toBe(false);
    expect(await post(user, step, 'x'.repeat(filling))).toBe(true);
    expect((await storedSizesOf(database, user.userId)).bytes).toBe(MOST_BYTES);
  });

  it.each(CASES)('30,000 keys and values, exactly: step $step over $before (brand analysis: $brand)', async (each) => {
    const { step } = each;
    const model = await userWith(each, []);
    await save(model.client, { step, data: dataOf(step, []) });
    const { items } = await storedSizesOf(database, model.userId);
    const user = await userWith(each, list(MOST_ITEMS - items - 1000));
    expect(await post(user, step, list(1003))).toBe(false);
    expect(await post(user, step, list(1002))).toBe(true);
    expect((await storedSizesOf(database, user.userId)).items).toBe(MOST_ITEMS);
  });

  it.each(STEPS)('a post that is too large by itself: step %i', async (step) => {
    const user = await userWith({ brand: true, before: 'nothing', step }, '');
    if (step === 3) expect(await post(user, step, 'x'.repeat(MOST_BYTES))).toBe(false);
    expect(await post(user, step, list(MOST_ITEMS))).toBe(false);
    // Short numbers are long where PostgreSQL writes them.
    const numbers = Array.from({ length: 14_000 }, () => 1e-300);
    expect(await post(user, step, numbers)).toBe(true);
    expect(await post(user, step, { numbers, text: 'x'.repeat(7 * MEGABYTE) })).toBe(false);
  });

  it('the bytes of any JSON value are those of PostgreSQL', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(jsonValue, { minLength: 50, maxLength: 50, size: 'max' }), async (values) => {
        const rows = await database.query<{ bytes: number }>(
          `select octet_length(value::jsonb::text) as bytes from unnest($1::text[]) with ordinality as v (value, n) order by n`,
          [values.map((value) => JSON.stringify(value))],
        );
        expect(values.map((value) => [value, storedBytes(value)])).toEqual(
          values.map((value, n) => [value, rows[n]?.bytes]),
        );
      }),
      { numRuns: 20 },
    );
  });

  it.each([0, -0.5, 1e-7, -1e-7, 1.5e-7, 5e-324, 1.7976931348623157e-300, 0.1, 123.456, 9007199254740991, 2.5e15])(
    'the bytes of the number %d are those of PostgreSQL',
    async (value) => {
      const [row] = await database.query('select octet_length($1::jsonb::text) as bytes', [JSON.stringify(value)]);
      expect(storedBytes(value)).toBe(row?.['bytes']);
    },
  );

  it('the bytes of each character are those of PostgreSQL', async () => {
    const characters = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code + 1));
    const rows = await database.query<{ bytes: number }>(
      `select octet_length(value::jsonb::text) as bytes from unnest($1::text[]) with ordinality as v (value, n) order by n`,
      [characters.map((character) => JSON.stringify(character))],
    );
    expect(characters.map(storedBytes)).toEqual(rows.map(({ bytes }) => bytes));
  });
});
