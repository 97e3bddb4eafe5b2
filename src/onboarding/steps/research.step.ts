import { Injectable } from '@nestjs/common';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { InvalidInput } from '../../ground/problems/problem.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { SnapshotPart } from '../database/record.js';
import { competitorsRecord } from '../database/records/competitor-analyses.record.js';
import { isBlank } from '../database/records/posted-data.js';
import { researchRecord, socialAccountsOf } from '../database/records/research-preferences.record.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { Step } from '../flow/steps.js';
import { StepHandlers, type StepHandler } from '../progress/step-handler.js';
import { misplacedKeysWarning, type ParsedDocument } from './parsed-document.js';

interface ParsedResearch extends ParsedDocument {
  /** Empty: those that are saved stay. The wizard posts an empty list before its search is done. */
  readonly competitors: readonly JsonObject[];
  /** Undefined: those that are saved stay. */
  readonly socialAccounts: unknown;
}

/** Step 3: how research is to be done, and the competitors that were found. */
@Injectable()
export class ResearchStep implements StepHandler<ParsedResearch> {
  readonly step = Step.Research;
  readonly parts: readonly SnapshotPart<unknown>[];

  constructor(
    private readonly database: OnboardingDatabaseService,
    handlers: StepHandlers,
  ) {
    this.parts = [researchRecord, competitorsRecord, database.websiteRecord];
    handlers.register(this);
  }

  parse(data: JsonObject): ParsedResearch {
    const patch = researchRecord.parse(data, '/data');
    const competitors = Array.isArray(data['competitors']) ? data['competitors'].filter(isJsonObject) : [];
    const hasFindings = !isBlank(data['researchSummary']) || !isBlank(data['sitemapAnalysis']);
    if (competitors.length === 0 && !hasFindings && Object.keys(patch.columns).length === 0) {
      const detail = 'Step 3 needs competitors, a research summary, a sitemap analysis, or research preferences.';
      throw InvalidInput.of([{ pointer: '/data', detail }]);
    }
    return { patch, competitors, socialAccounts: socialAccountsOf(data), warnings: misplacedKeysWarning(data) };
  }

  save({ patch, competitors, socialAccounts }: ParsedResearch, data: UnitOfWork): void {
    data.run(researchRecord.save(patch));
    if (competitors.length > 0) data.run(competitorsRecord.replace(competitors));
    if (socialAccounts === undefined) return;
    const columns = { social_media_accounts: socialAccounts };
    data.run(this.database.websiteRecord.save({ columns, extra: {}, removed: [] }));
  }

  view(snapshot: Snapshot): JsonObject | null {
    const research = researchRecord.view(snapshot.of(researchRecord));
    const competitors = snapshot.of(competitorsRecord);
    if (!research && competitors.length === 0) return null;
    const website = snapshot.of(this.database.websiteRecord);
    return { ...research, competitors, social_media_accounts: website?.['social_media_accounts'] ?? null };
  }
}
