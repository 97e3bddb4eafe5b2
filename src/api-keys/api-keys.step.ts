import { Injectable } from '@nestjs/common';
import { Configuration } from '../config/configuration.js';
import { integrationsMapping } from '../database/entities/platform-integrations.mapping.js';
import { isBlank, kindErrors, patchOf } from '../database/posted.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { isJsonObject, pointer, type JsonObject } from '../http/json.js';
import type { FieldError } from '../http/problem.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { Step } from '../steps/steps.js';
import { findProvider, PROVIDERS } from './providers.js';

const MAX_KEY_LENGTH = 4096;

/** Step 1: at least one key of a provider. Its shape is checked; keys are not kept yet, and the answer says so. */
@Injectable()
export class ApiKeysStep implements StepHandler {
  readonly step = Step.ApiKeys;
  readonly tables = [] as const;
  readonly providers = PROVIDERS.map(({ id }) => id);

  constructor(
    private readonly configuration: Configuration,
    handlers: StepHandlers,
  ) {
    handlers.register(this);
  }

  check(data: JsonObject): readonly FieldError[] {
    const keys = data['api_keys'] ?? {};
    if (!isJsonObject(keys))
      return [{ pointer: '/data/api_keys', detail: 'api_keys must be an object of provider to key.' }];
    const errors = Object.entries(keys).flatMap(([name, key]) => keyErrors(name, key));
    const wrong = [...errors, ...kindErrors(integrationsMapping, integrationsOf(data), '/data')];
    if (wrong.length > 0) return wrong;
    if (Object.values(keys).some((key) => !isEmptyKey(key))) return [];
    return [{ pointer: '/data/api_keys', detail: 'Step 1 needs the API key of at least one provider.' }];
  }

  async save(data: JsonObject, unitOfWork: UnitOfWork): Promise<void> {
    if (isBlank(data['integrations'])) return;
    await unitOfWork.save(integrationsMapping, patchOf(integrationsMapping, integrationsOf(data)));
  }

  view(): JsonObject | null {
    return null;
  }

  warnings(): readonly string[] {
    return ['API keys are checked, but not kept yet: they will have to be entered again.'];
  }

  /** The deployment's own key of an AI provider serves everybody. */
  isFinished(): boolean {
    return PROVIDERS.some(
      ({ group, variables }) =>
        group === 'ai' && variables.some((name) => this.configuration.deploymentKey(name) !== undefined),
    );
  }
}

function integrationsOf(data: JsonObject): JsonObject {
  return 'integrations' in data ? { integrations: data['integrations'] } : {};
}

function isEmptyKey(key: unknown): boolean {
  return isBlank(key) || (typeof key === 'string' && key.trim() === '');
}

/** Never repeats the key. */
function keyErrors(name: string, key: unknown): FieldError[] {
  const at = pointer('data', 'api_keys', name);
  if (!findProvider(name)) return [{ pointer: at, detail: 'There is no such provider.' }];
  if (isEmptyKey(key)) return [];
  if (typeof key !== 'string') return [{ pointer: at, detail: 'An API key must be a text.' }];
  const trimmed = key.trim();
  if (trimmed.length > MAX_KEY_LENGTH)
    return [{ pointer: at, detail: `An API key has at most ${MAX_KEY_LENGTH} characters.` }];
  if (/[\p{Cc}\s]/u.test(trimmed))
    return [{ pointer: at, detail: 'An API key has no white space or control characters.' }];
  return [];
}
