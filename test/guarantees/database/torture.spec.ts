import { expect, it, jest } from '@jest/globals';
import { torture, type Sizes } from '../../torture/torture.js';
import { FAULTS } from '../../torture/faults.js';

/** Every kind of fault once, or as many as there is time for. */
const SHORT: Sizes = { users: 40, operations: 3_000, faults: Object.keys(FAULTS).length, minutes: 0.4, seed: 1 };
/** What a machine that is busy with other tests gets to in that time. */
const AT_LEAST = { operations: 300, faults: 2 };

/** `npm run torture` gives larger sizes, and gets to them. */
const given = process.env['TORTURE'];
const sizes = given === undefined ? SHORT : (JSON.parse(given) as Sizes);
const minimum = given === undefined ? AT_LEAST : sizes;

// What comes after the last fault is looked at, too.
jest.setTimeout((sizes.minutes + 5) * 60_000);

it('whatever is killed, cut or filled: what was acknowledged is there, and nothing is anybody else’s', async () => {
  // Past jest, which would keep it until the end.
  const say = (line: string) => given !== undefined && process.stderr.write(`${line}\n`);
  const { violations, faults, operations, summary } = await torture(sizes, say);
  say(`\n${summary}\n`);
  expect(violations.slice(0, 20)).toEqual([]);
  expect([...faults.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(minimum.faults);
  expect(operations).toBeGreaterThanOrEqual(minimum.operations);
});
