import { Injectable } from '@nestjs/common';
import type { JsonObject } from '../../ground/problems/json.js';
import { personaRecord } from '../database/records/persona-data.record.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { unmetByPersona } from '../flow/demands.js';
import { refuseUnmet } from '../flow/flow.problems.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { documentSection, type ParsedDocument } from './parsed-document.js';

/** The persona that content is written in, and its variants by platform. */
@Injectable()
export class PersonaStep implements StepHandler<ParsedDocument> {
  readonly step = 'personalization';
  readonly keys = personaRecord.keys;
  readonly parts = [personaRecord];
  readonly section = documentSection(personaRecord);

  constructor(handlers: StepHandlers) {
    handlers.register(this);
  }

  parse(data: JsonObject, name: string): ParsedDocument {
    const patch = personaRecord.parse(data, '/data');
    refuseUnmet(unmetByPersona(patch.columns), name);
    return { patch, warnings: [] };
  }

  save({ patch }: ParsedDocument, data: UnitOfWork): void {
    data.run(personaRecord.save(patch));
  }

  view(snapshot: Snapshot): JsonObject | null {
    return personaRecord.view(snapshot.of(personaRecord));
  }
}
