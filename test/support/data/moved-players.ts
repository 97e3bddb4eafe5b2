import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import type { Deployments } from './deployments.js';
import { Player, type Keys } from './wizard-player.js';
import { GENERATIONS, type Generation } from './wizards.js';

/** A user leaves one generation of the wizard for another. */
export interface Move {
  readonly from: Generation;
  readonly to: Generation;
}

/** Each ordered pair. */
export const MOVES = GENERATIONS.flatMap((from) =>
  GENERATIONS.filter((to) => to !== from).map((to) => ({ name: `${from.name} to ${to.name}`, from, to })),
);

/** How both generations are served: by which deployments, and whether a gateway names the flow of each request. */
export interface Served {
  readonly how: string;
  readonly deploymentOf: (wizard: Generation) => FlowId;
  readonly named?: boolean;
}

/** At which page of the first generation the user leaves it, and whose key serves them. */
export interface MoveCase {
  readonly page: number;
  readonly keys: Keys;
}

/** Every page, with the user's own key and the deployment's in turn, and without any where no wizard has a page for keys. */
export function casesOf({ from, to }: Move): MoveCase[] {
  const pages = from.pages.map((_, index) => index + 1);
  const withKey = pages.map((page): MoveCase => ({ page, keys: page % 2 === 0 ? 'own' : 'deployment' }));
  const needsKey = [from, to].some(({ flow }) => flow === 'six');
  return needsKey ? withKey : [...withKey, ...pages.map((page): MoveCase => ({ page, keys: 'none' }))];
}

/** A user who has played the first generation up to a page, and then sits in front of the second. */
export async function movedPlayer(
  deployments: Deployments,
  { from, to }: Move,
  { page, keys }: MoveCase,
  { how, deploymentOf, named = false }: Served,
): Promise<Player> {
  const userId = `${from.name} to ${to.name} at ${page} with ${keys}, ${how}`;
  const first = await Player.of(deployments.of(deploymentOf(from), keys), userId, from, { keys, named });
  for (let number = 1; number < page; number++) {
    await first.opens();
    await first.does(number);
  }
  await first.opens();
  return first.movesTo(deployments.of(deploymentOf(to), keys), to);
}
