import { Injectable } from '@nestjs/common';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { BRAND_COLUMNS, viewWebsite } from '../database/records/website-analysis.record.js';
import { camelCase, isBlank, patchOf, postedErrors, postedValue } from '../database/records/posted-data.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { FieldError } from '../../ground/problems/problem.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { Step } from '../flow/steps.js';
import { misplacedKeysWarning } from './misplaced-keys.js';

/** Step 2: the user's website and what was found on it; or the business, or a connected platform, of somebody without one. */
@Injectable()
export class WebsiteStep implements StepHandler {
  readonly step = Step.Website;
  readonly tables = ['website_analyses'] as const;

  constructor(
    private readonly database: OnboardingDatabaseService,
    handlers: StepHandlers,
  ) {
    handlers.register(this);
  }

  check(data: JsonObject): readonly FieldError[] {
    const errors = postedErrors(this.#mapping, data, '/data');
    if (errors.length > 0) return errors;
    const url = postedValue(this.#mapping, 'website_url', data);
    if (url !== undefined || hasContent(data['businessData']) || isConnected(data['integrations'])) return [];
    const detail = 'Step 2 needs a website URL, or a description of the business, or a connected platform.';
    return [{ pointer: '/data/website', detail }];
  }

  save(data: JsonObject, unitOfWork: UnitOfWork): void {
    unitOfWork.save(this.#mapping, patchOf(this.#mapping, data));
  }

  view({ documents }: Snapshot): JsonObject | null {
    return documents.website_analyses ? viewWebsite(this.#mapping, documents.website_analyses) : null;
  }

  warnings(data: JsonObject): readonly string[] {
    const switchedOff = BRAND_COLUMNS.filter((column) => !this.#mapping.columns.includes(column));
    const levels = [data, data['analysis']].filter(isJsonObject);
    const dropped = switchedOff.filter((column) =>
      levels.some((level) => !isBlank(level[column]) || !isBlank(level[camelCase(column)])),
    );
    return [
      ...dropped.map((column) => `Brand analysis is switched off: ${column} was not saved.`),
      ...misplacedKeysWarning(data),
    ];
  }

  get #mapping() {
    return this.database.websiteMapping;
  }
}

function hasContent(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).some((item) => !isBlank(item));
}

/** Whether platforms, as step 5 has them, say anywhere that one is connected. */
function isConnected(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (!isJsonObject(value)) return value === true;
  return 'connected' in value ? value['connected'] === true : Object.values(value).some(isConnected);
}
