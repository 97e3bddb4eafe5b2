import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { TestApp } from '../../support/service/app.js';
import type { Answer } from '../../support/service/client.js';
import { expectProblem } from '../../support/service/problems.js';
import { sample } from '../../support/data/samples.js';
import { TestDatabase } from '../../support/database/database.js';
import { storedSizesOf, type StoredSizes } from '../../support/database/stored-sizes.js';

const MEGABYTE = 1024 * 1024;

/** What all documents of one user may be together: bytes of JSON text as PostgreSQL writes it, and keys and values. */
const MOST_BYTES = 10 * MEGABYTE;
const MOST_ITEMS = 30_000;

interface Save {
  readonly step: number;
  readonly data: JsonObject;
}

/** One save of each step with documents. Each adds what `content` makes to a table of its own. */
function savesWith(content: (step: number) => unknown): Save[] {
  return [
    { step: 2, data: { website: 'https://example.com', crawl_result: { content: content(2) } } },
    { step: 3, data: { competitors: [{ url: 'https://rival.example', content: content(3) }] } },
    { step: 4, data: { ...sample(4).data, brandAvatar: { content: content(4) } } },
    { step: 5, data: { content: content(5) } },
  ];
}

/** A list with that many values, itself among them. */
const list = (items: number) => Array.from({ length: items - 1 }, () => 0);

describe.each([1, 2])(
  'the sizes of documents that one user saves at the same moment, through %i services,',
  (services) => {
    let database: TestDatabase;
    let apps: TestApp[] = [];
    let users = 0;

    beforeAll(async () => {
      database = await TestDatabase.create();
      apps = await Promise.all(Array.from({ length: services }, () => TestApp.start({ database })));
    });
    afterAll(async () => {
      await Promise.all(apps.map((app) => app.stop()));
      await database.drop();
    });

    const newUser = () => `user ${++users}`;

    /** All of them at once; the services take turns. */
    async function atOnce(userId: string, saves: readonly Save[]): Promise<Answer[]> {
      const clients = await Promise.all(apps.map((app) => app.as(userId)));
      return Promise.all(
        saves.map(({ step, data }, n) => {
          const client = clients[n % clients.length];
          if (!client) throw new Error('No service');
          return client.post(`/step/${step}/complete`, { data });
        }),
      );
    }

    const statusesOf = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted();

    /** The session names the bytes of each table, their sum, and a bound of the keys and values; neither is beyond its limit. */
    async function expectTrueSizes(userId: string): Promise<StoredSizes> {
      const stored = await storedSizesOf(database, userId);
      expect(stored.session_sizes).toEqual(stored.sizes);
      expect(stored.session_bytes).toBe(stored.bytes);
      expect(stored.session_items).toBeGreaterThanOrEqual(stored.items);
      expectWithinLimits(stored);
      return stored;
    }

    function expectWithinLimits({ bytes, items }: StoredSizes): void {
      expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
      expect(items).toBeLessThanOrEqual(MOST_ITEMS);
    }

    async function completions(userId: string): Promise<number> {
      const type = 'step_completed';
      return (await database.query('select from progress_events where user_id = $1 and type = $2', [userId, type]))
        .length;
    }

    /** Those of the saves that were refused have named the limits; the others are in the history, and they alone. */
    async function expectSomeRefused(userId: string, answers: readonly Answer[], saved: number): Promise<void> {
      expect(statusesOf(answers)).toEqual(answers.map((_, n) => (n < saved ? 200 : 413)));
      for (const answer of answers.filter(({ status }) => status === 413)) {
        expectProblem(answer, 413);
        expect(answer.body.detail).toMatch(/10 MB and 30,000 keys and values/);
      }
      expect(await completions(userId)).toBe(saved);
    }

    it('are true when steps grow and shrink together', async () => {
      const userId = newUser();
      for (let round = 0; round < 5; round++) {
        const saves = [1, 2, 3, 4].flatMap((turn) =>
          savesWith((step) =>
            Object.fromEntries(list(((round * step * turn) % 11) + 2).map((_, n) => [`key ${n}`, turn])),
          ),
        );
        expect(new Set(statusesOf(await atOnce(userId, saves)))).toEqual(new Set([200]));
        const { sizes } = await expectTrueSizes(userId);
        expect(Object.keys(sizes)).toHaveLength(5);
      }
      expect(await completions(userId)).toBe(5 * 16);
    });

    it('stay within 10 MB: of four saves of 3 MB each, to four tables, one is refused', async () => {
      for (let round = 0; round < 2; round++) {
        const userId = newUser();
        const answers = await atOnce(
          userId,
          savesWith(() => 'x'.repeat(3 * MEGABYTE)),
        );
        await expectSomeRefused(userId, answers, 3);
        const { bytes } = await expectTrueSizes(userId);
        expect(bytes).toBeGreaterThan(9 * MEGABYTE);
      }
    });

    it('stay within 30,000 keys and values: of four saves of 9,000 each, to four tables, one is refused', async () => {
      for (let round = 0; round < 5; round++) {
        const userId = newUser();
        const answers = await atOnce(
          userId,
          savesWith(() => list(9000)),
        );
        await expectSomeRefused(userId, answers, 3);
        const { items } = await expectTrueSizes(userId);
        expect(items).toBeGreaterThan(27_000);
      }
    });

    it('stay within the limits at every moment, while more and more is saved over what there is', async () => {
      const userId = newUser();
      expect(
        statusesOf(
          await atOnce(
            userId,
            savesWith(() => list(5000)),
          ),
        ),
      ).toEqual([200, 200, 200, 200]);
      let seen = 0;
      let ended = false;
      const watch = async () => {
        for (; !ended; seen++) await expectTrueSizes(userId);
      };
      const save = async () => {
        try {
          return await atOnce(
            userId,
            [8000, 9000, 10_000].flatMap((items) => savesWith(() => list(items))),
          );
        } finally {
          ended = true;
        }
      };
      const [answers] = await Promise.all([save(), watch()]);
      const refused = answers.filter(({ status }) => status === 413);
      expect(new Set(statusesOf(answers))).toEqual(new Set([200, 413]));
      expect(await completions(userId)).toBe(4 + answers.length - refused.length);
      expect(seen).toBeGreaterThan(5);
      await expectTrueSizes(userId);
    });
  },
);
