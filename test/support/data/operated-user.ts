import { expect } from '@jest/globals';
import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import { FLOWS } from '../../../src/onboarding/flow/flows.js';
import { OnboardingProgressService } from '../../../src/onboarding/progress/onboarding-progress.service.js';
import type { TestApp } from '../service/app.js';
import type { Answer, Client } from '../service/client.js';
import { wasDone } from '../service/problems.js';
import type { Operation, Post } from './history-operations.js';
import { storedOnboardingOf } from './stored-onboarding.js';

export type Change = Exclude<Operation, { readonly do: 'restore' }>;

export const headersOf = (flow: FlowId | undefined): Record<string, string> =>
  flow ? { 'onboarding-flow': flow } : {};

/** One user on whom operations are performed, over HTTP or from inside the process. */
export class OperatedUser {
  #lastPost: Post | null = null;

  constructor(
    private readonly app: TestApp,
    private readonly userId: string,
    private readonly client: Client,
  ) {}

  /** Whether it was accepted. */
  async perform(operation: Change): Promise<boolean> {
    const progress = this.app.nest.get(OnboardingProgressService);
    const database = this.app.nest.get(OnboardingDatabaseService);
    const { userId } = this;
    switch (operation.do) {
      case 'complete':
      case 'persona':
      case 'business':
      case 'editAnalysis':
        this.#lastPost = operation;
        return isDone(await this.#post(operation));
      case 'again':
        return this.#lastPost !== null && isDone(await this.#post(this.#lastPost));
      case 'skip':
        return isDone(
          await this.client.post(`/step/${numberOf(operation)}/skip`, undefined, headersOf(operation.flow)),
        );
      case 'clearAnalysis':
        return isDone(await this.client.send('DELETE', `/style-detection/analysis/${await this.#analysisId()}`));
      case 'finish':
        return isDone(await this.client.post('/complete', undefined, headersOf(operation.flow)));
      case 'softReset':
        return isDone(await this.client.post('/reset', undefined, headersOf(operation.flow)));
      case 'saveKey':
        return isDone(await this.client.post('/api-keys', { provider: 'exa', api_key: 'exa-of-a-user-0000000' }));
      case 'deleteKey':
        return isDone(await this.client.send('DELETE', '/api-keys/exa'));
      case 'goTo':
        return wasDone(progress.updateStep(userId, operation.step));
      case 'raise':
        return wasDone(progress.updateProgress(userId, operation.percentage));
      case 'fail':
        return wasDone(progress.forUser(userId).then((steps) => steps.markStepFailed(operation.step, 'It failed.')));
      case 'resetStep':
        return wasDone(progress.forUser(userId).then((steps) => steps.resetStep(operation.step)));
      case 'clearCompetitors':
        return wasDone(database.saveResearchPreferences(userId, { competitors: [] }));
      case 'clearAccounts':
        return wasDone(database.saveWebsiteAnalysis(userId, { social_media_accounts: null, hobby: null }));
    }
  }

  async #post(post: Post): Promise<Answer> {
    const headers = headersOf(post.flow);
    switch (post.do) {
      case 'complete': {
        const { data, errors: validation_errors } = post;
        const body = { ...(data && { data }), validation_errors };
        return this.client.post(`/step/${numberOf(post)}/complete`, body, headers);
      }
      case 'persona':
        return this.client.post('/step4/persona-save', post.body, headers);
      case 'business':
        return this.client.post('/business-info', post.body, headers);
      case 'editAnalysis': {
        const path = `/style-detection/analysis/${await this.#analysisId()}`;
        return this.client.send('PUT', path, JSON.stringify(post.body), headers);
      }
    }
  }

  async #analysisId(): Promise<string> {
    return (
      (await storedOnboardingOf(this.app.database, this.userId)).ids.website_analyses ??
      '0198f6e0-7c2a-7cc0-8f0e-3b6f8f1f9a10'
    );
  }
}

/** The step's number in the wizard that the request names; the canonical one where it has none. */
function numberOf({ step, flow = 'six' }: Extract<Operation, { readonly do: 'complete' | 'skip' }>): number {
  return FLOWS[flow].numberOf(step) ?? (FLOWS.six.numberOf(step) as number);
}

function isDone({ status, body }: Answer): boolean {
  expect([[200, 400, 404].includes(status), status, body]).toEqual([true, status, expect.anything()]);
  return status === 200;
}
