import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Configuration } from '../../ground/config/configuration.js';
import type { Precondition } from '../../ground/problems/precondition.js';
import { isJsonObject, refuseUnstorable, type JsonObject } from '../../ground/problems/json.js';
import { LargeAnswers } from '../../ground/http/large-answers.js';
import { getProvider } from '../../ground/providers/providers.js';
import { completionPercentage, currentStep, isFinished, type FinishedElsewhere } from '../flow/progress.js';
import { StepNotFound } from '../flow/flow.problems.js';
import { isStepNumber, Step, type StepNumber } from '../flow/steps.js';
import type { Secret } from '../../ground/secrets/secret.js';
import {
  completeOnboarding,
  completeStep,
  dataSaved,
  goToStep,
  raisePercentage,
  unchanged,
} from '../flow/transitions.js';
import { patchWithClears, type Mapping } from './records/posted-data.js';
import { personaMapping, viewPersona } from './records/persona-data.record.js';
import { researchMapping, viewResearch } from './records/research-preferences.record.js';
import { BRAND_COLUMNS, viewWebsite, websiteMapping } from './records/website-analysis.record.js';
import { insertAccessEvent, type AccessFact } from './records/access-events.record.js';
import { KeyStore } from './key-store.js';
import {
  keysFromRows,
  noteVerifications,
  readKeys,
  type SealedApiKey,
  type SealedKeys,
} from './records/sealed-keys.record.js';
import type { Session } from './session.js';
import { snapshotFromRow, snapshotStatement, type Snapshot, type SnapshotTable, type Withheld } from './snapshot.js';
import type { Row } from '../../storage/wire/statement.js';
import type { UnitOfWork } from './unit-of-work.js';
import { UserDatabase, type Opening } from './user-database.js';

/** Where a user's onboarding stands, in a few words. */
export interface OnboardingStatus {
  readonly is_completed: boolean;
  readonly current_step: StepNumber;
  readonly completion_percentage: number;
  readonly started_at: string | null;
  readonly completed_at: string | null;
}

export interface SaveKeyOptions {
  readonly description?: string | null;
  readonly precondition?: Precondition | null;
}

const NOWHERE: FinishedElsewhere = new Set();

/**
 * The data of one user's onboarding: every method takes the user first, and neither sees nor changes anybody else's.
 * All throw `DatabaseUnavailable` while PostgreSQL is away: an outage is never answered with defaults.
 */
@Injectable()
export class OnboardingDatabaseService {
  /** Step 2's table as the configuration has it: with the brand's columns or without. */
  readonly websiteMapping: Mapping;
  readonly #brandAnalysis: boolean;

  constructor(
    private readonly database: UserDatabase,
    private readonly keyStore: KeyStore,
    private readonly largeAnswers: LargeAnswers,
    configuration: Configuration,
  ) {
    this.#brandAnalysis = configuration.ENABLE_WEBSITE_BRAND_COLUMNS;
    this.websiteMapping = websiteMapping(this.#brandAnalysis);
  }

  /** Runs `work` in one transaction of the user's: what it has decided is stored when the promise resolves. */
  forUser<T>(userId: string, work: (data: UnitOfWork) => T, opening?: Opening): Promise<T> {
    return this.database.forUser(userId, work, opening);
  }

  /** Records what somebody else did in the user's name. Does not touch the session. */
  async audit(userId: string, { actor, action, subject }: AccessFact): Promise<void> {
    await this.database.writeForUser(userId, insertAccessEvent, [userId, uuidv7(), actor, action, subject, new Date()]);
  }

  /**
   * As `forUser`, and what the user's tables hold afterwards: as of the commit, or, where the documents are large, of soon after.
   * @throws LargeAnswersBusy, though the work is stored
   */
  async forUserThenRead<T>(
    userId: string,
    tables: readonly SnapshotTable[],
    work: (data: UnitOfWork) => T,
    opening?: Opening,
  ): Promise<{ readonly result: T; readonly snapshot: Snapshot }> {
    const done = await this.forUser(userId, (data) => ({ result: work(data), read: data.read(tables) }), opening);
    return { result: done.result, snapshot: await this.#whole(userId, tables, done.read.value) };
  }

  /** What is stored of the user, as of one moment, in one round trip; two, in turn, where the documents are large. @throws LargeAnswersBusy */
  async read(userId: string, tables: readonly SnapshotTable[]): Promise<Snapshot> {
    const [row] = await this.database.readForUser(userId, snapshotStatement(tables), [userId]);
    return this.#whole(userId, tables, snapshotFromRow(row as Row));
  }

  /** Reads documents that were withheld because they are large. */
  async #whole(userId: string, tables: readonly SnapshotTable[], read: Snapshot | Withheld): Promise<Snapshot> {
    if (!('withheld' in read)) return read;
    return this.largeAnswers.read(userId, read.withheld, async () => {
      const statement = snapshotStatement(tables, { evenLarge: true });
      const [row] = await this.database.readForUser(userId, statement, [userId]);
      return snapshotFromRow(row as Row) as Snapshot;
    });
  }

  getOrCreateSession(userId: string): Promise<Session> {
    return this.forUser(userId, (data) => data.change(unchanged));
  }

  /** Null when the user has none. */
  async getSessionByUser(userId: string): Promise<Session | null> {
    return (await this.read(userId, [])).session;
  }

  /** The user goes to a step on purpose. @throws StepNotFound */
  async updateStep(userId: string, stepNumber: number): Promise<Session> {
    if (!isStepNumber(stepNumber)) throw new StepNotFound();
    return this.forUser(userId, (data) => data.change(goToStep(stepNumber)));
  }

  /** Sets a floor of 0 to 100 under the percentage. @throws PercentageOutOfRange */
  async updateProgress(userId: string, percentage: number): Promise<Session> {
    const raise = raisePercentage(percentage);
    return this.forUser(userId, (data) => data.change(raise));
  }

  /**
   * Completes the onboarding; calling it again changes nothing.
   * @param elsewhere steps that count as finished though their status does not say so
   * @throws StepsMissing
   */
  markOnboardingComplete(userId: string, elsewhere: FinishedElsewhere = NOWHERE): Promise<Session> {
    return this.forUser(userId, (data) => data.change(completeOnboarding(elsewhere)));
  }

  async getOnboardingStatus(userId: string, elsewhere: FinishedElsewhere = NOWHERE): Promise<OnboardingStatus> {
    const session = await this.getSessionByUser(userId);
    const progress = session?.progress;
    return {
      is_completed: Boolean(progress?.completedAt),
      current_step: progress ? currentStep(progress, elsewhere) : Step.ApiKeys,
      completion_percentage: progress ? completionPercentage(progress) : 0,
      started_at: progress?.startedAt.toISOString() ?? null,
      completed_at: progress?.completedAt?.toISOString() ?? null,
    };
  }

  /**
   * Saves a key; the first one of an AI provider completes step 1. A stored key's mask leaves the key as it is.
   * @param name the provider's, or an alias
   * @throws ProviderNotFound
   * @throws InvalidInput for what cannot be a key of that provider
   */
  async saveApiKey(
    userId: string,
    name: string,
    key: string,
    { description = null, precondition = null }: SaveKeyOptions = {},
  ): Promise<void> {
    const provider = getProvider(name);
    refuseUnstorable({ api_key: key, description });
    const work = (data: UnitOfWork) => {
      this.keyStore.save(data, [{ provider, key, pointer: '/api_key' }], description);
      const isFirst = provider.group === 'ai' && !isFinished(data.session.progress, Step.ApiKeys);
      if (isFirst) data.change(completeStep(Step.ApiKeys, [], NOWHERE));
    };
    await this.forUser(userId, work, { reads: { keys: true }, precondition });
  }

  /** The user's keys by provider, for services in this process. @throws KeysUnavailable when one does not open */
  async getApiKeys(userId: string): Promise<ReadonlyMap<string, Secret>> {
    return this.keyStore.openAll(userId, await this.sealedKeys(userId));
  }

  /** The user's keys as they are stored, in one round trip. */
  async sealedKeys(userId: string): Promise<SealedKeys> {
    return keysFromRows(await this.database.readForUser(userId, readKeys, [userId]));
  }

  /** Keeps what providers said with the versions of the keys that they were asked about. */
  async noteVerifications(userId: string, keys: readonly SealedApiKey[]): Promise<void> {
    const verified = keys.map(({ provider, id, version, verification }) => ({ provider, id, version, verification }));
    await this.database.writeForUser(userId, noteVerifications, [userId, new Date(), JSON.stringify(verified)]);
  }

  /**
   * Saves what `data` holds, in the spellings of step 2 and by the same rules; null clears a field, an absent one stays.
   * @throws InvalidInput naming the fields that are wrong
   */
  saveWebsiteAnalysis(userId: string, data: JsonObject): Promise<JsonObject> {
    return this.#save(userId, Step.Website, this.websiteMapping, data, (row) => viewWebsite(this.websiteMapping, row));
  }

  /** Null when there is none. */
  async getWebsiteAnalysis(userId: string): Promise<JsonObject | null> {
    const { documents } = await this.read(userId, ['website_analyses']);
    return documents.website_analyses ? viewWebsite(this.websiteMapping, documents.website_analyses) : null;
  }

  /** The brand's part of the website analysis; null when there is none, or while brand analysis is switched off. */
  async getBrandAnalysis(userId: string): Promise<JsonObject | null> {
    if (!this.#brandAnalysis) return null;
    const website = await this.getWebsiteAnalysis(userId);
    const found = BRAND_COLUMNS.filter((column) => isJsonObject(website?.[column]));
    return found.length > 0 ? Object.fromEntries(found.map((column) => [column, website?.[column]])) : null;
  }

  /**
   * As `saveWebsiteAnalysis`, for step 3. `competitors` replaces the set that is stored; null or an empty list clears it. The
   * social media accounts, which step 3 takes too, are part of the website analysis: `saveWebsiteAnalysis` saves them.
   */
  saveResearchPreferences(userId: string, preferences: JsonObject): Promise<JsonObject> {
    return this.#save(userId, Step.Research, researchMapping, preferences, viewResearch, (unitOfWork) => {
      const { competitors } = preferences;
      if (competitors === null) unitOfWork.replaceCompetitors([]);
      if (Array.isArray(competitors)) unitOfWork.replaceCompetitors(competitors.filter(isJsonObject));
    });
  }

  async getResearchPreferences(userId: string): Promise<JsonObject | null> {
    const { documents } = await this.read(userId, ['research_preferences']);
    return documents.research_preferences ? viewResearch(documents.research_preferences) : null;
  }

  /** As `saveWebsiteAnalysis`, for step 4. */
  savePersonaData(userId: string, data: JsonObject): Promise<JsonObject> {
    return this.#save(userId, Step.Personalization, personaMapping, data, viewPersona);
  }

  async getPersonaData(userId: string): Promise<JsonObject | null> {
    const { documents } = await this.read(userId, ['persona_data']);
    return documents.persona_data ? viewPersona(documents.persona_data) : null;
  }

  /** The user's competitors as they were posted, in their order; empty when there are none. */
  async getCompetitorAnalysis(userId: string): Promise<readonly JsonObject[]> {
    return (await this.read(userId, ['competitor_analyses'])).competitors;
  }

  async #save(
    userId: string,
    step: StepNumber,
    mapping: Mapping,
    posted: JsonObject,
    view: (row: JsonObject) => JsonObject,
    saveMore: (data: UnitOfWork) => void = () => undefined,
  ): Promise<JsonObject> {
    const patch = patchWithClears(mapping, posted);
    const { snapshot } = await this.forUserThenRead(userId, [mapping.name], (data) => {
      data.save(mapping, patch);
      saveMore(data);
      data.change(dataSaved(step));
    });
    return view(snapshot.documents[mapping.name] as JsonObject);
  }
}
