import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../../ground/problems/json.js';
import { integrationsRecord } from '../database/records/platform-integrations.record.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { documentSection, type ParsedDocument } from './parsed-document.js';

/** The platforms that the user publishes on and measures with. */
@Injectable()
export class IntegrationsStep implements StepHandler<ParsedDocument> {
  readonly step = 'integrations';
  readonly keys = integrationsRecord.keys;
  readonly parts = [integrationsRecord];
  // The first page of a wizard may connect platforms instead of a website: its step keeps them as well.
  readonly section = documentSection(integrationsRecord, ['integrations']);

  constructor(handlers: StepHandlers) {
    handlers.register(this);
  }

  parse(data: JsonObject): ParsedDocument {
    return { patch: integrationsRecord.parse(data, '/data'), warnings: [] };
  }

  save({ patch }: ParsedDocument, data: UnitOfWork): void {
    data.run(integrationsRecord.save(patch));
  }

  view(snapshot: Snapshot): JsonObject | null {
    return integrationsRecord.view(snapshot.of(integrationsRecord));
  }
}
