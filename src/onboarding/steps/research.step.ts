import { Injectable } from '@nestjs/common';
import { isBlank, isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { SnapshotPart } from '../database/record.js';
import { competitorsRecord } from '../database/records/competitor-analyses.record.js';
import { isEmptyPatch, withoutEmpty, type Patch } from '../database/records/posted-data.js';
import { researchRecord } from '../database/records/research-preferences.record.js';
import type { Snapshot } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { unmetByResearch } from '../flow/demands.js';
import { refuseUnmet } from '../flow/flow.problems.js';
import { StepHandlers, type Parsed, type StepHandler } from '../progress/step-handler.js';

interface ParsedResearch extends Parsed {
  /** Null: the preferences stay as they are. */
  readonly patch: Patch | null;
  /** Empty: those that are saved stay. The wizard posts an empty list before its search is done. */
  readonly competitors: readonly JsonObject[];
}

const KEYS = new Set([...researchRecord.keys, 'competitors', 'growth_summary']);

/** How research is to be done, and the competitors that were found. */
@Injectable()
export class ResearchStep implements StepHandler<ParsedResearch> {
  readonly step = 'research';
  readonly parts: readonly SnapshotPart<unknown>[];
  readonly keys = KEYS;
  readonly section = { keys: KEYS, parse: parseSection };

  constructor(
    private readonly database: OnboardingDatabaseService,
    handlers: StepHandlers,
  ) {
    this.parts = [researchRecord, competitorsRecord, database.websiteRecord];
    handlers.register(this);
  }

  parse(data: JsonObject, name: string): ParsedResearch {
    const patch = researchRecord.parse(data, '/data');
    const competitors = competitorsOf(data);
    refuseUnmet(unmetByResearch(data, patch.columns, competitors), name);
    return { patch, competitors, warnings: [] };
  }

  save({ patch, competitors }: ParsedResearch, data: UnitOfWork): void {
    if (patch) data.run(researchRecord.save(patch));
    if (competitors.length > 0) data.run(competitorsRecord.replace(competitors));
  }

  view(snapshot: Snapshot): JsonObject | null {
    const research = researchRecord.view(snapshot.of(researchRecord));
    const competitors = snapshot.of(competitorsRecord);
    if (!research && competitors.length === 0) return null;
    // What the research page posts for the website's table it reads back with its own.
    const website = snapshot.of(this.database.websiteRecord);
    const address = isBlank(website?.['website_url']) ? {} : { website: website?.['website_url'] };
    const accounts = { social_media_accounts: website?.['social_media_accounts'] ?? null };
    return { ...address, ...research, competitors, ...accounts };
  }
}

function competitorsOf({ competitors }: JsonObject): readonly JsonObject[] {
  return Array.isArray(competitors) ? competitors.filter(isJsonObject) : [];
}

/** Preferences and competitors from another step's post, each only if it is there. */
function parseSection(data: JsonObject): ParsedResearch | null {
  const patch = withoutEmpty(researchRecord.parse(data, '/data'));
  const competitors = competitorsOf(data);
  if (isEmptyPatch(patch) && competitors.length === 0) return null;
  return { patch: isEmptyPatch(patch) ? null : patch, competitors, warnings: [] };
}
