import { Injectable } from '@nestjs/common';
import { isDeepStrictEqual } from 'node:util';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { SnapshotPart } from '../database/record.js';
import { isEmptyPatch, viewDocument } from '../database/records/posted-data.js';
import { clearAnalysis, hasAnalysis, isSameWebsite } from '../database/records/website-analysis.record.js';
import { wholeSnapshotOf } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import { isJsonObject, refuseUnstorable, type JsonObject } from '../../ground/problems/json.js';
import { InvalidInput, NotFound } from '../../ground/problems/problem.js';
import type { Terms } from '../flow/terms.js';
import { dataSaved } from '../flow/transitions.js';
import type {
  AnalysisChangedView,
  AnalysisView,
  ExistingAnalysisView,
  SessionAnalysesView,
} from './style-detection.contract.js';

/** The older back end answers so with 200, and the page reads `success`. */
const NOT_FOUND = { success: false, error: 'Analysis not found' } as const;

/**
 * The website analysis as the page of step 2 reads and edits it outside the step: flat, each column once. Without the nested and
 * camelCase copies of other reads, since those would win over the edits when the page sends back what it has read.
 */
@Injectable()
export class StyleDetection {
  readonly #parts: readonly SnapshotPart<unknown>[];

  constructor(private readonly database: OnboardingDatabaseService) {
    this.#parts = [this.#record];
  }

  /** The one saved row, also where it holds an address alone; none for a user without a row. */
  async list(userId: string): Promise<SessionAnalysesView> {
    const row = await this.#read(userId);
    return { success: true, analyses: row ? [this.#flat(row)] : [] };
  }

  /** Whether the saved row is of this address and holds an analysis that did not fail. */
  async checkExisting(userId: string, address: string): Promise<ExistingAnalysisView> {
    const row = await this.#read(userId);
    const analysis = row && this.#flat(row);
    const url = analysis?.['website_url'];
    if (!analysis || typeof url !== 'string' || !isSameWebsite(url, address)) return { exists: false };
    const { id, status, updated_at, writing_style, target_audience, content_type } = analysis;
    if (status === 'failed' || !hasAnalysis(analysis)) return { exists: false };
    return {
      exists: true,
      analysis_date: updated_at as string,
      analysis_id: id as string,
      summary: { writing_style, target_audience, content_type },
    };
  }

  /** The row under its id, with the sitemap analysis in the crawl result, too. */
  async find(userId: string, id: string): Promise<AnalysisView> {
    const row = await this.#read(userId);
    return isNamed(row, id) ? { success: true, analysis: withSitemapCopy(this.#flat(row)) } : NOT_FOUND;
  }

  /** Saves what step 2 takes; empty values leave what is stored. The step's status stays. @throws InvalidInput */
  async update(userId: string, id: string, posted: unknown, terms: Terms = {}): Promise<AnalysisChangedView> {
    const data = posted ?? {};
    if (!isJsonObject(data)) throw new InvalidInput('The body must be a JSON object.');
    refuseUnstorable(data);
    const patch = this.#record.parse(data, '');
    return this.#change(userId, id, terms, (work, row) => {
      const own = { ...patch, columns: withoutSitemapCopy(patch.columns, row) };
      if (isEmptyPatch(own)) return;
      work.run(this.#record.save(own));
      work.change(dataSaved('website'));
    });
  }

  /** Clears the analysis; `clearAnalysis` says what stays. */
  clear(userId: string, id: string, terms: Terms = {}): Promise<AnalysisChangedView> {
    return this.#change(userId, id, terms, (data, row) => {
      data.run(clearAnalysis(row));
      data.change(dataSaved('website'));
    });
  }

  get #record() {
    return this.database.websiteRecord;
  }

  async #read(userId: string): Promise<JsonObject | null> {
    return (await this.database.read(userId, this.#parts)).of(this.#record);
  }

  #flat(row: JsonObject): JsonObject {
    return viewDocument(this.#record.mapping, row);
  }

  /** One unit of work on the row under its id, which is checked behind the lock. */
  async #change(
    userId: string,
    id: string,
    terms: Terms,
    work: (data: UnitOfWork, row: JsonObject) => void,
  ): Promise<AnalysisChangedView> {
    const reads = { saved: wholeSnapshotOf(this.#parts) };
    try {
      await this.database.forUser(userId, { reads, ...terms }, (data) => {
        const row = data.read.saved.of(this.#record);
        // Thrown, so that the transaction leaves no session of a user who had none.
        if (!isNamed(row, id)) throw new AnalysisNotFound();
        work(data, row);
      });
      return { success: true };
    } catch (error) {
      if (error instanceof AnalysisNotFound) return NOT_FOUND;
      throw error;
    }
  }
}

class AnalysisNotFound extends NotFound {}

function isNamed(row: JsonObject | null, id: string): row is JsonObject {
  return row !== null && row['id'] === id.toLowerCase();
}

/** The main product looks for the sitemap analysis there. */
function withSitemapCopy(analysis: JsonObject): JsonObject {
  const { crawl_result, sitemap_analysis } = analysis;
  if (!isJsonObject(sitemap_analysis)) return analysis;
  return { ...analysis, crawl_result: { ...(isJsonObject(crawl_result) ? crawl_result : {}), sitemap_analysis } };
}

/** The columns to save, without a copy that `withSitemapCopy` has added and the page sends back. */
function withoutSitemapCopy(columns: JsonObject, row: JsonObject): JsonObject {
  const { crawl_result: posted, ...others } = columns;
  const { crawl_result: saved, sitemap_analysis: original } = { ...row, ...others };
  if (!isJsonObject(posted) || (isJsonObject(saved) && Object.hasOwn(saved, 'sitemap_analysis'))) return columns;
  const { sitemap_analysis: copy, ...own } = posted;
  if (!isJsonObject(copy) || !isDeepStrictEqual(copy, original)) return columns;
  return Object.keys(own).length > 0 ? { ...others, crawl_result: own } : others;
}
