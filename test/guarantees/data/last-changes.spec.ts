import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { dropEvent, eventsOf, repeatEvents } from '../../support/data/many-events.js';
import { headersOf } from '../../support/data/operated-user.js';
import { PreviewedUser } from '../../support/data/previewed-user.js';
import { sample } from '../../support/data/samples.js';
import { TestApp } from '../../support/service/app.js';
import { done } from '../../support/service/done.js';
import { expectProblem } from '../../support/service/problems.js';

/** Events that a user may have. */
const MOST = 10_000;

const KEYS = { api_keys: { openai: 'sk-proj-0123456789abcdefghij', exa: 'exa-of-the-last-change-0' } };

interface End {
  readonly steps: readonly number[];
  /** The wizard of the request that completes the onboarding. */
  readonly flow?: FlowId;
  readonly name: string;
  /** Events that it takes; null: it is refused however few there are. */
  readonly takes: number | null;
}

interface LastPost {
  readonly name: string;
  readonly step: number;
  readonly data: JsonObject | null;
  readonly takes: number;
  readonly flow?: FlowId;
}

const ENDS: readonly End[] = [
  { name: 'two optional steps are left', steps: [1, 2, 3], takes: 4 },
  { name: 'the last step is left', steps: [1, 2, 3, 4, 5], takes: 2 },
  { name: 'the last step is done', steps: [1, 2, 3, 6], takes: 3 },
  { name: 'another wizard completes it', steps: [1, 2, 3], flow: 'four', takes: 4 },
  { name: 'it is completed', steps: [1, 2, 3, 4, 5, 6], takes: 0 },
  { name: 'it is completed, in another wizard', steps: [1, 2, 3, 4, 5, 6], flow: 'five', takes: 0 },
  { name: 'a required step is left', steps: [1, 2, 4, 5], takes: null },
];

describe('a user with nearly as many events as one may have', () => {
  let app: TestApp;
  let users = 0;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { RATE_LIMIT_KEY_SAVES: '0' } });
  });
  afterAll(() => app.stop());

  /** Somebody who has completed these steps, with as many events as there may be. */
  async function veteran(steps: readonly number[]): Promise<string> {
    const userId = `user ${++users}`;
    const client = await app.as(userId);
    for (const step of steps) await done(client.post(`/step/${step}/complete`, sample(step), headersOf('six')));
    await repeatEvents(app.database, userId, MOST);
    return userId;
  }

  it.each(ENDS)(
    'can complete the onboarding exactly where its events have room: $name',
    async ({ steps, flow, takes }) => {
      const userId = await veteran(steps);
      const client = await app.as(userId);
      for (let count = MOST; count >= MOST - 6; count--) {
        expect(await eventsOf(app.database, userId)).toBe(count);
        const { body } = await done(client.get('/requirements', headersOf(flow)));
        const answer = await client.post('/complete', undefined, headersOf(flow));
        const hasRoom = takes !== null && count + takes <= MOST;
        expect([count, body.can_complete, answer.status]).toEqual([count, hasRoom, hasRoom ? 200 : 400]);
        // Whether there is room is no requirement.
        expect(body.blocked_by).toEqual(takes === null ? ['research_missing'] : []);
        if (hasRoom) return expect(await eventsOf(app.database, userId)).toBe(count + takes);
        expectProblem(answer, 400, count);
        await dropEvent(app.database, userId);
      }
      expect(takes).toBeNull();
    },
  );

  it.each<LastPost>([
    { name: 'a step', step: 2, data: sample(2).data, takes: 1 },
    { name: 'a step with nothing new', step: 2, data: null, takes: 1 },
    { name: 'two keys', step: 1, data: KEYS, takes: 3 },
    { name: 'a step of another wizard', step: 2, data: sample(3).data, takes: 2, flow: 'four' },
    { name: 'the last step', step: 6, data: {}, takes: 1 },
  ])('is told by a preview whether a change still has room: $name', async ({ step, data, takes, flow }) => {
    const userId = await veteran([1, 2, 3]);
    const subject = await PreviewedUser.of(app, userId);
    for (let count = MOST; count >= MOST - 4; count--) {
      const status = await subject.send(step, JSON.stringify({ data }), flow);
      const hasRoom = count + takes <= MOST;
      expect([count, status]).toEqual([count, hasRoom ? 200 : 400]);
      if (hasRoom) return;
      await dropEvent(app.database, userId);
    }
    throw new Error('No change had room.');
  });
});
