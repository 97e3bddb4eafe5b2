import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Deployments } from '../../support/data/deployments.js';
import { casesOf, movedPlayer, MOVES, type MoveCase, type Served } from '../../support/data/moved-players.js';
import { misplacedOf } from '../../support/data/saved-places.js';
import { walk } from '../../support/data/wizard-player.js';

const NAMED: Served = { how: 'named', deploymentOf: () => 'six', named: true };

describe('a user who meets another generation of the wizard, where a gateway names the flow', () => {
  let deployments: Deployments;

  beforeAll(async () => {
    deployments = await Deployments.start(['six']);
  });
  afterAll(() => deployments.stop());

  it.each(MOVES)('$name: each page opens where it should, whichever page was the last', async (move) => {
    const play = async (one: MoveCase) => {
      const player = await movedPlayer(deployments, move, one, NAMED);
      await walk(player);
      expect([player.userId, await misplacedOf(deployments.database, player.userId)]).toEqual([player.userId, []]);
    };
    await Promise.all(casesOf(move).map(play));
  });
});
