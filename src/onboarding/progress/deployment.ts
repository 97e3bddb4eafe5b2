import { Injectable } from '@nestjs/common';
import { Configuration } from '../../ground/config/configuration.js';
import type { FlowId } from '../../ground/config/wizard-flows.js';
import { PROVIDERS } from '../../ground/providers/providers.js';
import type { Session } from '../database/session.js';
import type { Flow } from '../flow/flow.js';
import { flowOfRead } from '../flow/flow-choice.js';
import { finishedBy, type DeploymentFacts } from '../flow/onboarding-facts.js';
import type { FinishedByDeployment } from '../flow/progress.js';
import type { Terms } from '../flow/terms.js';

/** What the deployment decides for all users. It stays as it is while the process runs. */
@Injectable()
export class Deployment {
  /** The wizard that it serves. */
  readonly wizard: FlowId;
  /** Whether the brand's part of the website analysis is kept and shown. */
  readonly brandAnalysis: boolean;
  readonly facts: DeploymentFacts;
  /** The steps that count as finished whatever their status. */
  readonly finishedSteps: FinishedByDeployment;

  constructor(configuration: Configuration) {
    this.wizard = configuration.WIZARD_FLOW;
    this.brandAnalysis = configuration.ENABLE_WEBSITE_BRAND_COLUMNS;
    const withKey = PROVIDERS.filter(({ variables }) => variables.some((name) => configuration.deploymentKey(name)));
    this.facts = {
      keys: withKey.map(({ id, group }) => ({ provider: id, use: group })),
      deadlineDays: configuration.ONBOARDING_DEADLINE_DAYS ?? null,
    };
    this.finishedSteps = finishedBy(this.facts);
  }

  /** The flow in which a user is answered. @param session null: the user has not started */
  flowOf(session: Session | null, terms: Terms = {}): Flow {
    return flowOfRead(session?.progress ?? null, terms, this.wizard);
  }
}
