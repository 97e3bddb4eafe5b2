import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FLOW_IDS } from '../../../src/ground/config/wizard-flows.js';
import { Deployments } from '../../support/data/deployments.js';
import {
  casesOf,
  movedPlayer,
  MOVES,
  type Move,
  type MoveCase,
  type Served,
} from '../../support/data/moved-players.js';
import { misplacedOf } from '../../support/data/saved-places.js';
import { type Player, walk } from '../../support/data/wizard-player.js';

const EACH_DEPLOYED: Served = { how: 'each deployed', deploymentOf: ({ flow }) => flow };
const BY_DEFAULT: Served = { how: 'by default', deploymentOf: () => 'six' };

/** What no post can tell: where WIZARD_FLOW is six, 6I opens one page too far, and needs a key. */
const isUnserved = ({ to }: Move, { keys }: MoveCase) => to.name === '6I' && keys === 'none';

describe('a user who meets another generation of the wizard, which only posts tell', () => {
  let deployments: Deployments;

  beforeAll(async () => {
    deployments = await Deployments.start(FLOW_IDS);
  });
  afterAll(() => deployments.stop());

  it.each(MOVES)(
    '$name, each in its own deployment: pages open where they should from the next post on',
    async (move) => {
      const play = async (one: MoveCase) => {
        const player = await movedPlayer(deployments, move, one, EACH_DEPLOYED);
        await continues(player, one);
        await expectPlaces(player);
      };
      await Promise.all(casesOf(move).map(play));
    },
  );

  it.each(MOVES)('$name, both where WIZARD_FLOW is six: from the first post on that tells', async (move) => {
    const opens = (due: number) => (move.to.name === '6I' ? Math.min(6, due + 1) : due);
    const play = async (one: MoveCase) => {
      const player = await movedPlayer(deployments, move, one, BY_DEFAULT);
      // There, numbers 2 and 3 are those of six pages, unless the post says what is onboarded.
      if (move.from.pages.length === 6 && move.to.name === '5') await player.does(1);
      await continues(player, one, opens);
      await expectPlaces(player);
    };
    const cases = casesOf(move).filter((each) => !isUnserved(move, each));
    await Promise.all(cases.map(play));
  });

  /** Does the pages that are due by hand, up to one that posts; from there on a new device opens where it should. */
  async function continues(player: Player, { keys }: MoveCase, opens?: (due: number) => number): Promise<void> {
    const last = player.generation.pages.length;
    for (let page = player.due; page < last && !player.hasPosted; page++) {
      await player.opens();
      await player.does(page);
    }
    // The last page tells nothing: without any key, the user of another wizard posts an earlier one again.
    if (!player.hasPosted && keys === 'none') await player.does(player.generation.pages[0]?.posts ? 1 : 2);
    if (player.hasPosted) await walk(player, opens);
    else await player.launches();
  }

  async function expectPlaces({ userId }: Player): Promise<void> {
    expect([userId, await misplacedOf(deployments.database, userId)]).toEqual([userId, []]);
  }
});
