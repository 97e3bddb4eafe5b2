import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Environment } from '../../../src/ground/config/configuration.js';
import { FLOW_IDS, type FlowId } from '../../../src/ground/config/wizard-flows.js';
import { historyOperations } from '../../support/data/history-operations.js';
import { OperatedUser } from '../../support/data/operated-user.js';
import { PreviewedUser } from '../../support/data/previewed-user.js';
import { stepPost, type StepPost } from '../../support/data/step-posts.js';
import { ageBy } from '../../support/data/aged-user.js';
import { TestDatabase } from '../../support/database/database.js';
import { TestApp } from '../../support/service/app.js';

const DEADLINE_DAYS = 30;

/** What deployments decide differently, by the flow that each serves. */
const ENVIRONMENTS: Readonly<Record<FlowId, Environment>> = {
  six: {},
  'six-intro': { OPENAI_API_KEY: 'sk-of-the-deployment', ENABLE_WEBSITE_BRAND_COLUMNS: 'false' },
  five: { EXA_API_KEY: 'exa-of-the-deployment', ONBOARDING_DEADLINE_DAYS: String(DEADLINE_DAYS) },
  four: { ONBOARDING_DEADLINE_DAYS: String(DEADLINE_DAYS), DOCUMENT_VERSIONS: '3' },
};

let users = 0;

describe('a preview of completing a step says what completing it answers, and what is due then', () => {
  let database: TestDatabase;
  const apps = new Map<FlowId, TestApp>();

  beforeAll(async () => {
    database = await TestDatabase.create();
    for (const flow of FLOW_IDS) {
      const environment = { WIZARD_FLOW: flow, RATE_LIMIT_KEY_SAVES: '0', ...ENVIRONMENTS[flow] };
      apps.set(flow, await TestApp.start({ database, environment }));
    }
  });
  afterAll(async () => {
    for (const app of apps.values()) await app.stop();
    await database.drop();
  });

  function appOf(flow: FlowId): TestApp {
    const app = apps.get(flow);
    if (!app) throw new Error(`There is no deployment for ${flow}.`);
    return app;
  }

  /** How often each status was answered. */
  async function post(subject: PreviewedUser, posts: readonly StepPost[], statuses: number[]): Promise<void> {
    for (const each of posts) statuses.push(await subject.post(each));
  }

  it.each(FLOW_IDS)('in %s', async (flow) => {
    const app = appOf(flow);
    const statuses: number[] = [];
    const deadline = ENVIRONMENTS[flow]['ONBOARDING_DEADLINE_DAYS'] === undefined ? 0 : DEADLINE_DAYS;
    const posts = fc.array(stepPost, { minLength: 3, maxLength: 6, size: 'max' });
    await fc.assert(
      fc.asyncProperty(
        historyOperations,
        posts,
        fc.constantFrom(0, 0, 20, 40, 170, 400),
        posts,
        async (operations, first, days, second) => {
          const userId = `previewed ${++users}`;
          const user = new OperatedUser(app, userId, await app.as(userId));
          const subject = await PreviewedUser.of(app, userId, deadline);
          for (const operation of operations) if (operation.do !== 'restore') await user.perform(operation);
          await post(subject, first, statuses);
          await ageBy(database, userId, days);
          await post(subject, second, statuses);
        },
      ),
      { numRuns: 10 },
    );
    const count = (status: number) => statuses.filter((one) => one === status).length;
    expect(count(200)).toBeGreaterThan(statuses.length / 3);
    expect(count(400)).toBeGreaterThan(5);
  });
});
