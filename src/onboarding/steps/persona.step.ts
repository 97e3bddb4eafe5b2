import { Injectable } from '@nestjs/common';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { InvalidInput } from '../../ground/problems/problem.js';
import { personaRecord } from '../database/records/persona-data.record.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
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
    const { core_persona: core, platform_personas: platforms } = patch.columns;
    if (!isJsonObject(core) || !isJsonObject(core['identity'])) {
      throw missing('/data/corePersona', `${name} needs corePersona with an identity.`);
    }
    if (!isJsonObject(platforms) || Object.keys(platforms).length === 0) {
      throw missing('/data/platformPersonas', `${name} needs platformPersonas with at least one platform.`);
    }
    return { patch, warnings: [] };
  }

  save({ patch }: ParsedDocument, data: UnitOfWork): void {
    data.run(personaRecord.save(patch));
  }

  view(snapshot: Snapshot): JsonObject | null {
    return personaRecord.view(snapshot.of(personaRecord));
  }
}

const missing = (pointer: string, detail: string) => InvalidInput.of([{ pointer, detail }]);
