import { Injectable } from '@nestjs/common';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { InvalidInput } from '../../ground/problems/problem.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { SnapshotPart } from '../database/record.js';
import { camelCase, isBlank } from '../database/records/posted-data.js';
import { BRAND_COLUMNS } from '../database/records/website-analysis.record.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { StepHandlers, type Section, type StepHandler } from '../progress/step-handler.js';
import { documentSection, type ParsedDocument } from './parsed-document.js';

/** The user's website and what was found on it; for a user without one, the business or a connected platform. */
@Injectable()
export class WebsiteStep implements StepHandler<ParsedDocument> {
  readonly step = 'website';
  readonly parts: readonly SnapshotPart<unknown>[];
  #section: Section<ParsedDocument> | null = null;

  constructor(
    private readonly database: OnboardingDatabaseService,
    handlers: StepHandlers,
  ) {
    this.parts = [this.#record];
    handlers.register(this);
  }

  get keys(): ReadonlySet<string> {
    return this.#record.keys;
  }

  get section(): Section<ParsedDocument> {
    this.#section ??= documentSection(this.#record);
    return this.#section;
  }

  parse(data: JsonObject, name: string): ParsedDocument {
    const patch = this.#record.parse(data, '/data');
    const hasWebsite = patch.columns['website_url'] !== undefined;
    if (!hasWebsite && !hasContent(data['businessData']) && !isConnected(data['integrations'])) {
      const detail = `${name} needs a website URL, or a description of the business, or a connected platform.`;
      throw InvalidInput.of([{ pointer: '/data/website', detail }]);
    }
    return { patch, warnings: this.#brandWarnings(data) };
  }

  save({ patch }: ParsedDocument, data: UnitOfWork): void {
    data.run(this.#record.save(patch));
  }

  view(snapshot: Snapshot): JsonObject | null {
    return this.#record.view(snapshot.of(this.#record));
  }

  #brandWarnings(data: JsonObject): string[] {
    const { columns } = this.#record.mapping;
    const levels = [data, data['analysis']].filter(isJsonObject);
    const isPosted = (column: string) =>
      levels.some((level) => !isBlank(level[column]) || !isBlank(level[camelCase(column)]));
    return BRAND_COLUMNS.filter((column) => !columns.includes(column) && isPosted(column)).map(
      (column) => `Brand analysis is switched off: ${column} was not saved.`,
    );
  }

  get #record() {
    return this.database.websiteRecord;
  }
}

function hasContent(value: unknown): boolean {
  return isJsonObject(value) && Object.values(value).some((item) => !isBlank(item));
}

/** Whether platforms, in the shape of step 5, say anywhere that one is connected. */
function isConnected(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (!isJsonObject(value)) return value === true;
  return 'connected' in value ? value['connected'] === true : Object.values(value).some(isConnected);
}
