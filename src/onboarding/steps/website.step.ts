import { Injectable } from '@nestjs/common';
import { isBlank, isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { SnapshotPart } from '../database/record.js';
import { camelCase } from '../database/records/posted-data.js';
import { BRAND_COLUMNS } from '../database/records/website-analysis.record.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { unmetByWebsite } from '../flow/demands.js';
import { refuseUnmet } from '../flow/flow.problems.js';
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
    refuseUnmet(unmetByWebsite({ ...data, website_url: patch.columns['website_url'] }), name);
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
