import { Injectable } from '@nestjs/common';
import { personaMapping, viewPersona } from '../database/records/persona-data.record.js';
import { patchOf, postedErrors, postedValue } from '../database/records/posted-data.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { FieldError } from '../../ground/problems/problem.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { Step } from '../flow/steps.js';
import { misplacedKeysWarning } from './misplaced-keys.js';

/** Step 4: the persona that content is written in, and its variants by platform. */
@Injectable()
export class PersonaStep implements StepHandler {
  readonly step = Step.Personalization;
  readonly tables = ['persona_data'] as const;

  constructor(handlers: StepHandlers) {
    handlers.register(this);
  }

  check(data: JsonObject): readonly FieldError[] {
    const errors = postedErrors(personaMapping, data, '/data');
    if (errors.length > 0) return errors;
    const core = postedValue(personaMapping, 'core_persona', data);
    if (!isJsonObject(core) || !isJsonObject(core['identity'])) {
      return [{ pointer: '/data/corePersona', detail: 'Step 4 needs corePersona with an identity.' }];
    }
    const platforms = postedValue(personaMapping, 'platform_personas', data);
    if (!isJsonObject(platforms) || Object.keys(platforms).length === 0) {
      return [
        { pointer: '/data/platformPersonas', detail: 'Step 4 needs platformPersonas with at least one platform.' },
      ];
    }
    return [];
  }

  save(data: JsonObject, unitOfWork: UnitOfWork): void {
    unitOfWork.save(personaMapping, patchOf(personaMapping, data));
  }

  view({ documents }: Snapshot): JsonObject | null {
    return documents.persona_data ? viewPersona(documents.persona_data) : null;
  }

  warnings = misplacedKeysWarning;
}
