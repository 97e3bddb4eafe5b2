import { expect, it } from '@jest/globals';
import { Rounds } from './rounds.js';

/** What is visited in so many turns. */
const visit = (rounds: Rounds<number>, turns: number) => Array.from({ length: turns }, () => [...rounds.next()]);

it('visits each thing once in a round, whenever it came', () => {
  const rounds = new Rounds<number>(10);
  for (let item = 0; item < 25; item++) {
    rounds.add(item);
    if (item % 7 === 0) rounds.next();
  }
  for (let round = 0; round < 3; round++) {
    expect(
      visit(rounds, 10)
        .flat()
        .toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 25 }, (_, item) => item));
  }
});

it('spreads things that come at once over the round', () => {
  const rounds = new Rounds<number>(250);
  for (let item = 0; item < 1000; item++) rounds.add(item);
  expect(new Set(visit(rounds, 250).map((items) => items.length))).toEqual(new Set([4]));
});

it('visits nothing that was removed, not even in the turn that removes it', () => {
  const rounds = new Rounds<number>(2);
  const remove = [1, 2, 3, 4].map((item) => rounds.add(item));
  remove[0]?.();
  remove[0]?.();
  expect(visit(rounds, 2)).toEqual([[3], [2, 4]]);
  remove[2]?.();
  expect(visit(rounds, 2)).toEqual([[], [2, 4]]);
});
