import type { Random } from '../../torture/random.js';
import type { Client } from '../service/client.js';

/** Requests that change an onboarding, each with how often it is made. */
const WRITES: readonly (readonly [number, string, object?])[] = [
  [10, '/step/4/skip'],
  [10, '/step/5/skip'],
  [20, '/step/5/complete', { data: { notes: 'again' } }],
  [20, '/step/2/complete', { data: { website: 'example.com' } }],
  [10, '/business-info', { business_description: 'Bread for the town' }],
  [5, '/start'],
  [3, '/reset'],
  [2, '/reset?hard=true'],
];

const TOTAL = WRITES.reduce((sum, [weight]) => sum + weight, 0);

/** Changes one of the users' onboarding after the other, until it is told to stop. @returns how many changes were acknowledged */
export async function writeAtRandom(
  pickClient: () => Promise<Client> | Client,
  random: Random,
  isOver: () => boolean,
): Promise<number> {
  let acknowledged = 0;
  while (!isOver()) {
    let left = random.next() * TOTAL;
    const [, path, body] = WRITES.find(([weight]) => (left -= weight) < 0) ?? [0, '/start'];
    // A process may be away, which is what its users would see, too.
    const answer = await Promise.resolve(pickClient())
      .then((client) => client.post(path, body))
      .catch(() => null);
    if (answer?.status === 200) acknowledged += 1;
  }
  return acknowledged;
}
