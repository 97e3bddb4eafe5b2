import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../support/app.js';
import type { Client } from '../support/client.js';
import { sample } from '../support/samples.js';

describe('progress', () => {
  let app: TestApp;
  let alice: Client;

  beforeAll(async () => {
    app = await TestApp.start();
    alice = await app.as('alice');
  });
  afterAll(() => app.stop());

  it('starts at the first step', async () => {
    const { status, body } = await alice.get('/status');
    expect(status).toBe(200);
    expect(body).toEqual({
      is_completed: false,
      current_step: 1,
      completion_percentage: 0,
      next_step: 1,
      started_at: null,
      completed_at: null,
      can_proceed_to_final: false,
    });
  });

  it('moves on as steps are completed', async () => {
    for (const step of [1, 2, 3]) {
      const { status, body } = await alice.post(`/step/${step}/complete`, sample(step));
      expect([status, body.message]).toEqual([200, `Step ${step} completed successfully`]);
    }
    const { body } = await alice.get('/status');
    expect(body).toMatchObject({ current_step: 4, completion_percentage: 50, can_proceed_to_final: true });
  });
});
