import { Injectable } from '@nestjs/common';
import { datedCompetitorsRecord, type DatedCompetitor } from '../database/records/competitor-analyses.record.js';
import { personaRecord } from '../database/records/persona-data.record.js';
import { isEmptyPatch, isoTime } from '../database/records/posted-data.js';
import { styleOf } from '../database/records/website-analysis.record.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { entityTagOf } from '../database/session.js';
import type { Terms } from '../flow/terms.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { dataSaved } from '../flow/transitions.js';
import type {
  CompetitorAnalysisView,
  CompetitorView,
  PersonaLatestView,
  PersonaSavedView,
  WebsiteAnalysisView,
} from './saved-data.contract.js';

const COMPETITORS = [datedCompetitorsRecord];

/** What steps saved, in the shapes in which the main product reads and saves it outside the steps. */
@Injectable()
export class SavedData {
  constructor(private readonly database: OnboardingDatabaseService) {}

  async websiteAnalysis(userId: string): Promise<WebsiteAnalysisView> {
    const website = await this.database.getWebsiteAnalysis(userId);
    if (!website) return { status: 'no_data' };
    return { ...website, style_analysis: styleOf(website), website_analysis: website, status: 'success' };
  }

  researchPreferences(userId: string): Promise<JsonObject | null> {
    return this.database.getResearchPreferences(userId);
  }

  async competitorAnalysis(userId: string): Promise<CompetitorAnalysisView> {
    const saved = (await this.database.read(userId, COMPETITORS)).of(datedCompetitorsRecord);
    const session_id = saved.length > 0 ? userId : null;
    return { competitors: saved.map(viewCompetitor), count: saved.length, session_id };
  }

  async latestPersona(userId: string): Promise<PersonaLatestView> {
    const persona = await this.database.getPersonaData(userId);
    if (!persona) return { success: false, persona: null, message: 'No persona has been saved yet', status_code: 404 };
    const { core_persona, platform_personas, quality_metrics, selected_platforms, updated_at: timestamp } = persona;
    return {
      success: true,
      persona: { core_persona, platform_personas, quality_metrics, selected_platforms, timestamp },
    };
  }

  /** Saves the parts that are given; empty ones leave what is stored. The step's status stays. @throws InvalidInput */
  async savePersona(userId: string, posted: JsonObject, terms: Terms = {}): Promise<PersonaSavedView> {
    const patch = personaRecord.parse(posted, '');
    if (isEmptyPatch(patch)) {
      // Nothing is written, and no session made; the precondition holds all the same.
      terms.precondition?.check(entityTagOf(await this.database.getSessionByUser(userId)));
      return { success: true };
    }
    await this.database.forUser(userId, terms, (data) => {
      data.run(personaRecord.save(patch));
      data.change(dataSaved('personalization'));
    });
    return { success: true };
  }
}

function viewCompetitor({ details, created_at }: DatedCompetitor): CompetitorView {
  const [url, domain] = [details['url'], details['domain']].map((text) =>
    typeof text === 'string' && text.trim() !== '' ? text : null,
  );
  return {
    url: url ?? null,
    domain: domain ?? hostOf(url ?? ''),
    analysis_date: isoTime(created_at),
    analysis_data: details,
    status: 'completed',
  };
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname || null : null;
}
