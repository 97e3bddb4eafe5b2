import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FLOW_IDS, type FlowId } from '../../../src/ground/config/wizard-flows.js';
import { Deployments } from '../../support/data/deployments.js';
import { expectPlaces } from '../../support/data/saved-places.js';
import { Player, walk, type Keys } from '../../support/data/wizard-player.js';
import {
  ENTERED,
  GENERATIONS,
  generation,
  type Heap,
  SIX_OF_OCTOBER,
  type Generation,
} from '../../support/data/wizards.js';

/** Each with each kind of key; a wizard with a page for keys needs one. */
const EVERYONE = GENERATIONS.flatMap(({ name, flow }) =>
  (['own', 'deployment', 'none'] as const)
    .filter((keys) => keys !== 'none' || name !== '6K')
    .map((keys) => ({ name, flow, keys })),
);

/** What a wizard has saved at the end. */
const savedBy = ({ name, pages }: Generation) =>
  (['website', 'research', 'personalization', 'integrations'] as const).filter(
    (topic) =>
      pages.some((page) => page.topic === topic && page.posts !== undefined) ||
      // Its first page posts the platforms, too.
      (topic === 'integrations' && name === '4'),
  );

describe('each generation of the wizard', () => {
  let deployments: Deployments;

  beforeAll(async () => {
    deployments = await Deployments.start(FLOW_IDS);
  });
  afterAll(() => deployments.stop());

  /** A new user in front of a wizard of a deployment. */
  async function newcomer(wizard: Generation, deployment: FlowId, keys: Keys, named = false): Promise<Player> {
    const userId = `${wizard.name} in ${deployment} with ${keys}${named ? ', named' : ''}`;
    return Player.of(deployments.of(deployment, keys), userId, wizard, { keys, named });
  }

  async function expectSaved({ userId, generation: wizard }: Player): Promise<void> {
    await expectPlaces(deployments.database, userId, savedBy(wizard));
  }

  it.each(EVERYONE)('$name goes to Launch where WIZARD_FLOW is $flow; keys: $keys', async ({ name, flow, keys }) => {
    const player = await newcomer(generation(name), flow, keys);
    await walk(player);
    await expectSaved(player);
  });

  it.each(EVERYONE)('$name goes to Launch in any deployment whose gateway names its flow; keys: $keys', async (row) => {
    const play = async (deployment: FlowId) => {
      const player = await newcomer(generation(row.name), deployment, row.keys, true);
      await walk(player);
      await expectSaved(player);
    };
    await Promise.all(FLOW_IDS.map(play));
  });

  describe('where WIZARD_FLOW is six', () => {
    const byDefault = (name: string, keys: Keys) =>
      newcomer({ ...generation(name), name: `${name} by default` }, 'six', keys);

    it.each([
      { name: '5', keys: 'own', opensAt: 3 },
      { name: '5', keys: 'deployment', opensAt: 2 },
      { name: '5', keys: 'none', opensAt: 2 },
      { name: '4', keys: 'own', opensAt: 2 },
      { name: '4', keys: 'deployment', opensAt: 1 },
      { name: '4', keys: 'none', opensAt: 1 },
    ] as const)(
      '$name opens at page $opensAt for a new user, and after a post where it should; keys: $keys',
      async (row) => {
        const player = await byDefault(row.name, row.keys);
        expect(await player.opens()).toBe(row.opensAt);
        await player.does(1);
        await walk(player);
      },
    );

    it('6I opens a page too far, since no post tells it from 6K, and goes to Launch where there is a key', async () => {
      for (const keys of ['own', 'deployment'] as const) {
        await walk(await byDefault('6I', keys), (due) => Math.min(6, due + 1));
      }
    });
  });

  it.each(GENERATIONS)('$name goes back, posts an earlier page again, and nothing moves backwards', async (wizard) => {
    const player = await newcomer({ ...wizard, name: `${wizard.name} goes back` }, wizard.flow, 'deployment');
    const posting = wizard.pages.flatMap(({ posts, topic }, index) =>
      posts && topic !== 'complete' ? [index + 1] : [],
    );
    const [first = 1] = posting;
    for (const page of posting) {
      await player.does(page);
      const before = await player.init();
      for (const earlier of posting.filter((number) => number >= first && number <= page)) {
        await player.opens();
        await player.does(earlier);
        const { current_step, completion_percentage, steps } = await player.init();
        expect({ earlier, current_step, completion_percentage, steps: steps.map(statusOf) }).toEqual({
          earlier,
          current_step: before.current_step,
          completion_percentage: before.completion_percentage,
          steps: before.steps.map(statusOf),
        });
      }
    }
    await walk(player);
    await expectSaved(player);
  });

  it('6K of October 2025 posts one heap for two pages: each part is saved in its own table', async () => {
    const player = await newcomer(SIX_OF_OCTOBER, 'six', 'own');
    await walk(player);
    await expectSaved(player);
  });

  it('6K posts all it holds from the button below the website’s page, and stays 6K', async () => {
    const player = await newcomer({ ...generation('6K'), name: '6K by the button' }, 'six', 'own');
    for (const page of [1, 2, 3, 4]) await player.does(page);
    const before = await player.init();
    await player.opens();
    // What the page set last says that it is research.
    const data = (heap: Heap) => ({ ...ENTERED.website, ...heap, stepType: 'research' });
    const { status, body } = await player.posts({ topic: 'website', posts: 2, data });
    expect([status, body.step_number]).toEqual([200, 2]);
    const { current_step, completion_percentage } = await player.init();
    expect({ current_step, completion_percentage }).toEqual({
      current_step: before.current_step,
      completion_percentage: before.completion_percentage,
    });
    await walk(player);
    await expectSaved(player);
  });

  it('6-V0 posts {data: {}} for every page: each is the step of its number, and teaches no flow', async () => {
    for (const deployment of ['six', 'six-intro'] as const) {
      const userId = `6-V0 in ${deployment}`;
      const user = await deployments.of(deployment, 'own').as(userId);
      await user.post('/api-keys', { provider: 'gemini', api_key: 'AIza0123456789abcdefghijklmnopqrstuvwxy' });
      const answers = [];
      for (const n of [1, 2, 3, 4, 5, 6]) {
        const { status, body } = await user.post(`/step/${n}/complete`, { data: {} });
        answers.push([status, body.message ?? body.detail]);
      }
      // Pages whose data this generation keeps to itself stay open: the service does not take them for done.
      expect(answers).toEqual([
        [400, expect.stringMatching(/^Step 1 needs/)],
        [400, expect.stringMatching(/^Step 2 needs/)],
        [400, expect.stringMatching(/^Step 3 needs/)],
        [400, expect.stringMatching(/^Step 4 needs/)],
        [200, 'Step 5 completed successfully'],
        [400, expect.stringMatching(/: Step 2, Step 3$/)],
      ]);
      const [session] = await deployments.database.query(
        'select flow, flow_source from onboarding_sessions where user_id = $1',
        [userId],
      );
      expect(session).toEqual({ flow: null, flow_source: null });
    }
  });
});

const statusOf = (step: object) => (step as { readonly status: string }).status;
