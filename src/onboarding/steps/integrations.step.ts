import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../../ground/problems/json.js';
import { integrationsRecord } from '../database/records/platform-integrations.record.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { Step } from '../flow/steps.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { misplacedKeysWarning, type ParsedDocument } from './parsed-document.js';

/** Step 5: the platforms that the user publishes on and measures with. */
@Injectable()
export class IntegrationsStep implements StepHandler<ParsedDocument> {
  readonly step = Step.Integrations;
  readonly parts = [integrationsRecord];

  constructor(handlers: StepHandlers) {
    handlers.register(this);
  }

  parse(data: JsonObject): ParsedDocument {
    return { patch: integrationsRecord.parse(data, '/data'), warnings: misplacedKeysWarning(data) };
  }

  save({ patch }: ParsedDocument, data: UnitOfWork): void {
    data.run(integrationsRecord.save(patch));
  }

  view(snapshot: Snapshot): JsonObject | null {
    return integrationsRecord.view(snapshot.of(integrationsRecord));
  }
}
