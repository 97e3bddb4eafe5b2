import { expect } from '@jest/globals';
import { eventually } from '../process/deadline.js';
import { truthOf, type Follower } from './follower.js';

/** What the last hint that was lost costs: a check every 25 seconds finds it. */
const UP_TO_DATE_MS = 40_000;

export const usersOf = (count: number) => Array.from({ length: count }, (_, index) => `follower ${index}`);

/** Waits until all clients are live and know everything, and holds what they were told against the table. */
export async function judgeAll(
  followers: readonly Follower[],
  query: <T extends object>(text: string) => Promise<T[]>,
  seed: number,
): Promise<void> {
  const users = followers.map(({ user }) => user);
  const truth = await truthOf(users, query);
  const ofUser = (user: string) => truth.get(user) ?? { position: '0', events: [] };
  const behind = () => followers.filter((follower) => !follower.isUpToDate(ofUser(follower.user)));
  await eventually('everybody knows everything', () => behind().length === 0, UP_TO_DATE_MS).catch(() => undefined);
  for (const follower of followers) follower.judge(ofUser(follower.user));
  expect([seed, followers.flatMap(({ violations }) => violations).slice(0, 10)]).toEqual([seed, []]);
  expect(behind().map(({ user, position }) => [seed, user, position])).toEqual([]);
}
