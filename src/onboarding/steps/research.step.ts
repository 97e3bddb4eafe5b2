import { Injectable } from '@nestjs/common';
import { researchMapping, viewResearch } from '../database/records/research-preferences.record.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { isBlank, patchOf, postedErrors, postedValue } from '../database/records/posted-data.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { FieldError } from '../../ground/problems/problem.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { Step } from '../flow/steps.js';
import { misplacedKeysWarning } from './misplaced-keys.js';

/** Step 3: how research is to be done, and the competitors that were found. */
@Injectable()
export class ResearchStep implements StepHandler {
  readonly step = Step.Research;
  readonly tables = ['research_preferences', 'competitor_analyses', 'website_analyses'] as const;

  constructor(
    private readonly database: OnboardingDatabaseService,
    handlers: StepHandlers,
  ) {
    handlers.register(this);
  }

  check(data: JsonObject): readonly FieldError[] {
    const errors = postedErrors(researchMapping, data, '/data');
    if (errors.length > 0 || competitorsOf(data).length > 0) return errors;
    const findings = [data['researchSummary'], data['sitemapAnalysis']];
    const preferences = researchMapping.columns.map((column) => postedValue(researchMapping, column, data));
    if ([...findings, ...preferences].some((value) => !isBlank(value))) return [];
    const detail = 'Step 3 needs competitors, a research summary, a sitemap analysis, or research preferences.';
    return [{ pointer: '/data', detail }];
  }

  save(data: JsonObject, unitOfWork: UnitOfWork): void {
    unitOfWork.save(researchMapping, patchOf(researchMapping, data));
    // The wizard posts an empty list before its search is done: that leaves those that are stored.
    const competitors = competitorsOf(data).filter(isJsonObject);
    if (competitors.length > 0) unitOfWork.replaceCompetitors(competitors);
    const social_media_accounts = postedValue(researchMapping, 'social_media_accounts', data);
    if (social_media_accounts === undefined) return;
    unitOfWork.save(this.database.websiteMapping, { columns: { social_media_accounts }, extra: {}, removed: [] });
  }

  view({ documents, competitors }: Snapshot): JsonObject | null {
    const { research_preferences: research, website_analyses: website } = documents;
    if (!research && competitors.length === 0) return null;
    return {
      ...(research ? viewResearch(research) : {}),
      competitors,
      social_media_accounts: website?.['social_media_accounts'] ?? null,
    };
  }

  warnings = misplacedKeysWarning;
}

function competitorsOf(data: JsonObject): readonly unknown[] {
  return Array.isArray(data['competitors']) ? data['competitors'] : [];
}
