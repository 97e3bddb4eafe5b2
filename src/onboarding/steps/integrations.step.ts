import { Injectable } from '@nestjs/common';
import { integrationsMapping, viewIntegrations } from '../database/records/platform-integrations.record.js';
import { patchOf, postedErrors } from '../database/records/posted-data.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { JsonObject } from '../../ground/problems/json.js';
import type { FieldError } from '../../ground/problems/problem.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { Step } from '../flow/steps.js';
import { misplacedKeysWarning } from './misplaced-keys.js';

/** Step 5: the platforms that the user publishes on and measures with. */
@Injectable()
export class IntegrationsStep implements StepHandler {
  readonly step = Step.Integrations;
  readonly tables = ['platform_integrations'] as const;

  constructor(handlers: StepHandlers) {
    handlers.register(this);
  }

  check(data: JsonObject): readonly FieldError[] {
    return postedErrors(integrationsMapping, data, '/data');
  }

  save(data: JsonObject, unitOfWork: UnitOfWork): void {
    unitOfWork.save(integrationsMapping, patchOf(integrationsMapping, data));
  }

  view({ documents }: Snapshot): JsonObject | null {
    return documents.platform_integrations ? viewIntegrations(documents.platform_integrations) : null;
  }

  warnings = misplacedKeysWarning;
}
