import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnboardingProgressService } from '../../src/onboarding/progress/onboarding-progress.service.js';
import { sample } from '../support/data/samples.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { logLines } from '../support/service/log-lines.js';

const named = (flow: string) => ({ 'onboarding-flow': flow });

const website = () => ({ data: { ...sample(2).data } });
const research = () => ({ data: { ...sample(3).data } });
const persona = () => ({ data: { ...sample(4).data } });

describe('the flow that is remembered of a user', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  async function expectAnswer(answer: Promise<{ status: number; body: { detail?: string } }>): Promise<void> {
    const { status, body } = await answer;
    expect([status, body.detail]).toEqual([200, undefined]);
  }

  const flowOf = async (user: Client) => (await user.get('/init')).body.onboarding.flow as string;

  async function remembered(userId: string): Promise<unknown> {
    const [row] = await app.database.query('select flow, flow_source from onboarding_sessions where user_id = $1', [
      userId,
    ]);
    return row && [row['flow'], row['flow_source']];
  }

  const changesOf = async (userId: string) => {
    const rows = await app.database.query(
      `select step, data from progress_events where user_id = $1 and type = 'flow_changed' order by revision`,
      [userId],
    );
    return rows;
  };

  it('is learnt from a post, with its event: the first is none of its own, another is flow_changed', async () => {
    const user = await app.as('learns');
    await expectAnswer(user.post('/step/1/complete', website()));
    expect([await remembered('learns'), await flowOf(user)]).toEqual([['five', 'learnt'], 'five']);
    expect(await changesOf('learns')).toEqual([]);
    await expectAnswer(user.post('/step/2/complete', research()));
    expect(await changesOf('learns')).toEqual([]);
    await expectAnswer(user.post('/step/4/complete', persona()));
    expect([await remembered('learns'), await flowOf(user)]).toEqual([['six', 'learnt'], 'six']);
    expect(await changesOf('learns')).toEqual([{ step: null, data: { from: 'five', to: 'six' } }]);
  });

  it('is an explicit one after a write that has an event, and never after a read or a write without', async () => {
    const user = await app.as('names');
    await user.get('/init', named('four'));
    expect(await remembered('names')).toBeUndefined();
    await user.post('/start', undefined, named('five'));
    expect(await remembered('names')).toEqual(['five', 'explicit']);
    await user.get('/init', named('four'));
    // Starting twice changes nothing.
    await user.post('/start', undefined, named('four'));
    expect([await remembered('names'), await changesOf('names')]).toEqual([['five', 'explicit'], []]);
    await user.post('/api-keys', { provider: 'exa', api_key: 'a-key-for-research' }, named('four'));
    expect([await remembered('names'), await changesOf('names')]).toEqual([
      ['four', 'explicit'],
      [{ step: null, data: { from: 'five', to: 'four' } }],
    ]);
  });

  it('is not remembered of a write that is refused', async () => {
    const user = await app.as('refused');
    expect((await user.post('/complete', undefined, named('five'))).status).toBe(400);
    expect(await remembered('refused')).toBeUndefined();
    await user.post('/start');
    expect((await user.post('/step/1/complete', { data: {} }, named('five'))).status).toBe(400);
    expect(await remembered('refused')).toEqual([null, null]);
  });

  it('is read as it is named, without a look at the content', async () => {
    const user = await app.as('exact');
    await expectAnswer(user.post('/step/1/complete', website(), named('four')));
    const { status, body } = await user.post('/step/2/complete', website(), named('four'));
    expect([status, body.detail]).toEqual([400, expect.stringMatching(/^Step 2 needs competitors/)]);
  });

  it('survives a soft reset, and a hard one forgets it', async () => {
    const user = await app.as('resets');
    await user.post('/step/1/complete', { data: { ...website().data, onboarding_type: 'linkedin' } });
    expect((await user.post('/reset')).body).toMatchObject({ reset_mode: 'soft', current_step: 1 });
    expect((await user.get('/init')).body.onboarding).toMatchObject({ flow: 'four', onboarding_type: 'linkedin' });
    await user.post('/reset?hard=true');
    expect((await user.get('/init')).body.onboarding).toMatchObject({ flow: 'six', onboarding_type: 'website' });
    await user.post('/start');
    expect(await remembered('resets')).toEqual([null, null]);
  });

  it('is never six in the place of six-intro by a post, which cannot tell them apart', async () => {
    const user = await app.as('introduced');
    await user.post('/start', undefined, named('six-intro'));
    await expectAnswer(user.post('/step/2/complete', website()));
    expect([await remembered('introduced'), await flowOf(user)]).toEqual([['six-intro', 'explicit'], 'six-intro']);
    await expectAnswer(user.post('/step/1/complete', website()));
    expect(await remembered('introduced')).toEqual(['five', 'learnt']);
  });

  it('has its numbers in refusals of what no flow has', async () => {
    const user = await app.as('far');
    await expectAnswer(user.post('/step/1/complete', website()));
    for (const answer of [await user.post('/step/9/complete', { data: {} }), await user.get('/step/9')]) {
      expect([answer.status, answer.headers.get('onboarding-flow'), answer.body.detail]).toEqual([
        404,
        'five',
        'There is no such step: steps are numbered 1 to 5.',
      ]);
    }
  });

  it('does not lower the percentage when it changes', async () => {
    const user = await app.as('floor');
    await expectAnswer(user.post('/step/1/complete', website()));
    await expectAnswer(user.post('/step/2/complete', research()));
    expect((await user.get('/status')).body.completion_percentage).toBe(40);
    await expectAnswer(user.post('/step/3/complete', research()));
    await expectAnswer(user.post('/step/3/complete', { data: { ...sample(3).data, stepType: 'research' } }));
    expect((await user.get('/status')).body).toMatchObject({ completion_percentage: 40 });
  });

  it('keeps what is onboarded, and refuses what is no text by its name', async () => {
    const user = await app.as('types');
    for (const onboarding_type of [5, true, ['website'], {}, 'x'.repeat(101)]) {
      const { status, body } = await user.post('/step/1/complete', {
        data: { ...website().data, onboarding_type },
      });
      expect([status, body.errors]).toEqual([
        400,
        [{ pointer: '/data/onboarding_type', detail: expect.stringContaining('onboarding_type') }],
      ]);
    }
    expect(await remembered('types')).toBeUndefined();
    await expectAnswer(user.post('/step/1/complete', { data: { ...website().data, onboarding_type: 'website' } }));
    expect((await user.get('/init')).body.onboarding).toMatchObject({ flow: 'four', onboarding_type: 'website' });
    expect((await user.get('/step/1')).body.data).not.toHaveProperty('onboarding_type');
  });

  it.each([{ growth_summary: { followers: 'growing' } }, { stepType: 'linkedin_research' }])(
    'is four for LinkedIn: a connected platform is a website, and %j is research',
    async (found) => {
      const userId = `linkedin ${Object.keys(found).join()}`;
      const user = await app.as(userId);
      const onboarding_type = 'linkedin';
      const integrations = { socialPlatforms: { linkedin: { connected: true } } };
      await expectAnswer(user.post('/step/1/complete', { data: { integrations, onboarding_type } }));
      await expectAnswer(user.post('/step/2/complete', { data: { ...found, onboarding_type } }));
      const { onboarding } = (await user.get('/init')).body;
      expect(onboarding).toMatchObject({ flow: 'four', onboarding_type, current_step: 3, can_proceed_to_final: true });
      await expectAnswer(user.post('/step/6/complete', { data: { onboarding_type } }));
      await expectAnswer(user.post('/complete'));
    },
  );

  it('is nothing to services: over HTTP and in the process they see canonical numbers', async () => {
    const user = await app.as('served');
    await expectAnswer(user.post('/step/1/complete', { data: { ...website().data, onboarding_type: 'website' } }));
    expect((await user.get('/status')).body).toMatchObject({ current_step: 2, next_step: 2 });
    const service = await app.as('a service', { scope: 'onboarding:read' });
    for (const headers of [{}, named('five')]) {
      const answer = await service.get('/internal/users/served/status', headers);
      expect([answer.status, answer.headers.get('onboarding-flow')]).toEqual([200, null]);
      expect(answer.body).toMatchObject({ current_step: 3, next_step: 3 });
    }
    const progress = await app.nest.get(OnboardingProgressService).forUser('served');
    expect([progress.getNextStep(), progress.getResumeStep(), progress.getCompletedSteps()]).toEqual([3, 3, [2]]);
    expect(progress.getStepData(2)).toMatchObject({ key: 'website', status: 'completed' });
    await progress.markStepCompleted(3, sample(3).data);
    expect((await user.get('/step/2')).body.status).toBe('completed');
    await expectAnswer(user.post('/complete'));
    expect((await service.get('/internal/users/served/status')).body).toMatchObject({
      current_step: 6,
      is_completed: true,
    });
  });
});

describe('a deployment whose WIZARD_FLOW is not that of the wizard that posts', () => {
  it('says so in one line of the log', async () => {
    const app = await TestApp.start();
    try {
      const hints = () =>
        logLines(app)
          .map(({ msg }) => String(msg))
          .filter((line) => line.includes('WIZARD_FLOW'));
      for (const n of [1, 2, 3]) await (await app.as(`five ${n}`)).post('/step/1/complete', website());
      await (await app.as('six')).post('/step/2/complete', website());
      expect(hints()).toEqual([expect.stringMatching(/five.*Set WIZARD_FLOW=five/)]);
    } finally {
      await app.stop();
    }
  });

  it.each(['six-intro', 'five'])('shows a learnt six as it should where it is %s', async (flow) => {
    const app = await TestApp.start({ environment: { WIZARD_FLOW: flow } });
    try {
      const user = await app.as('learns-six');
      await user.post('/step/2/complete', website());
      const expected = flow === 'six-intro' ? flow : 'six';
      expect((await user.get('/init')).body.onboarding.flow).toBe(expected);
      const hints = logLines(app).filter(({ msg }) => String(msg).includes('WIZARD_FLOW'));
      expect(hints).toHaveLength(flow === 'six-intro' ? 0 : 1);
    } finally {
      await app.stop();
    }
  });
});
