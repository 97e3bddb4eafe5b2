import { Injectable } from '@nestjs/common';
import { competitorErrors } from '../database/entities/competitor-analysis.mapping.js';
import {
  RESEARCH_DEPTHS,
  researchDepth,
  researchMapping,
  viewResearch,
} from '../database/entities/research-preferences.mapping.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { isBlank, kindErrors, patchOf, postedValue } from '../database/posted.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { isJsonObject, type JsonObject } from '../http/json.js';
import type { FieldError } from '../http/problem.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { Step } from '../steps/steps.js';
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
    const errors = kindErrors(researchMapping, data, '/data');
    if (errors.length > 0) return errors;
    const depth = postedValue(researchMapping, 'research_depth', data);
    if (depth !== undefined && !researchDepth(depth)) {
      const detail = `research_depth must be one of ${RESEARCH_DEPTHS.join(', ')}.`;
      return [{ pointer: '/data/research_depth', detail }];
    }
    const competitors = competitorsOf(data);
    const wrong = competitorErrors(competitors, '/data/competitors');
    if (wrong.length > 0 || competitors.length > 0) return wrong;
    const findings = [data['researchSummary'], data['sitemapAnalysis']];
    const preferences = researchMapping.columns.map((column) => postedValue(researchMapping, column, data));
    if ([...findings, ...preferences].some((value) => !isBlank(value))) return [];
    const detail = 'Step 3 needs competitors, a research summary, a sitemap analysis, or research preferences.';
    return [{ pointer: '/data', detail }];
  }

  save(data: JsonObject, unitOfWork: UnitOfWork): void {
    const patch = patchOf(researchMapping, data);
    const depth = researchDepth(patch.columns['research_depth']);
    unitOfWork.save(researchMapping, {
      ...patch,
      columns: { ...patch.columns, ...(depth ? { research_depth: depth } : {}) },
    });
    // The wizard posts an empty list before its search is done: that leaves those that are stored.
    const competitors = competitorsOf(data).filter(isJsonObject);
    if (competitors.length > 0) unitOfWork.replaceCompetitors(competitors);
    const accounts = [data['socialMediaAccounts'], data['social_media_accounts']].find((value) => !isBlank(value));
    if (accounts === undefined) return;
    const columns = { social_media_accounts: accounts };
    unitOfWork.save(this.database.websiteMapping, { columns, extra: {}, removed: [] });
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
