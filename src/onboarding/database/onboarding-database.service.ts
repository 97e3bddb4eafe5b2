import { Injectable } from '@nestjs/common';
import { Configuration } from '../../ground/config/configuration.js';
import type { FlowId } from '../../ground/config/wizard-flows.js';
import { LargeAnswers } from '../../ground/http/large-answers.js';
import { isJsonObject, refuseUnstorable, type JsonObject } from '../../ground/problems/json.js';
import { getProvider } from '../../ground/providers/providers.js';
import type { Secret } from '../../ground/secrets/secret.js';
import { StepNotFound } from '../flow/flow.problems.js';
import { flowOfRead } from '../flow/flow-choice.js';
import { CANONICAL_FLOWS, canonicalStep } from '../flow/flows.js';
import { isFinished, type FinishedByDeployment } from '../flow/progress.js';
import { positionIn, type Position } from '../flow/position.js';
import type { StepKey } from '../flow/steps.js';
import type { Terms } from '../flow/terms.js';
import {
  completeOnboarding,
  completeStep,
  dataSaved,
  goToStep,
  raisePercentage,
  unchanged,
} from '../flow/transitions.js';
import { KeyStore, pastedKey, type WorkWithKeys } from './key-store.js';
import type { Query, SnapshotPart } from './record.js';
import { recordAccess, type AccessFact } from './records/access-events.record.js';
import { competitorsRecord } from './records/competitor-analyses.record.js';
import type { DocumentRecord } from './records/document-record.js';
import { personaRecord } from './records/persona-data.record.js';
import { researchRecord } from './records/research-preferences.record.js';
import { noteVerifications, sealedKeys, type SealedApiKey, type SealedKeys } from './records/sealed-keys.record.js';
import { BRAND_COLUMNS, websiteRecord } from './records/website-analysis.record.js';
import type { Session } from './session.js';
import { snapshotOf, wholeSnapshotOf, type Snapshot, type Withheld } from './snapshot.js';
import type { NoReads, Reads, UnitOfWork } from './unit-of-work.js';
import { UserDatabase, type UserRead, type WorkOptions } from './user-database.js';

export interface SaveKeyOptions extends Terms {
  readonly description?: string | null;
}

/** A user's position in the onboarding. */
export type OnboardingStatus = Omit<Position, 'next_step' | 'can_proceed_to_final'>;

/** The decision of a unit of work that names what is read after it. */
export interface PartsToRead {
  readonly parts: readonly SnapshotPart<unknown>[];
}

/** The name of what a dry run reads besides what its work names. */
const BESIDES = 'besides';

/** No step: this service knows nothing of the deployment's keys. */
const NO_STEPS: FinishedByDeployment = new Set();

/** The session alone. */
const NO_PARTS: readonly SnapshotPart<unknown>[] = [];

/**
 * The data of one user's onboarding: every method takes the user first, and neither sees nor changes another user's.
 * All throw `DatabaseUnavailable` while PostgreSQL is unreachable: an outage is never answered with defaults.
 */
@Injectable()
export class OnboardingDatabaseService {
  /** Step 2's table as the configuration wants it: with the brand's columns, or without. */
  readonly websiteRecord: DocumentRecord;
  readonly #brandAnalysis: boolean;
  readonly #deploymentFlow: FlowId;

  constructor(
    private readonly database: UserDatabase,
    private readonly keyStore: KeyStore,
    private readonly largeAnswers: LargeAnswers,
    configuration: Configuration,
  ) {
    this.#brandAnalysis = configuration.ENABLE_WEBSITE_BRAND_COLUMNS;
    this.websiteRecord = websiteRecord(this.#brandAnalysis);
    this.#deploymentFlow = configuration.WIZARD_FLOW;
  }

  /** Runs `work` in one transaction of the user's: what it has decided is stored when the promise resolves. */
  forUser<T, R extends Reads = NoReads>(
    userId: string,
    options: WorkOptions<R>,
    work: (data: UnitOfWork<R>) => T,
  ): Promise<T> {
    return this.database.forUser(userId, options, work);
  }

  /** Records what a service or an operator did with the user's data. Does not touch the session. */
  audit(userId: string, access: AccessFact): Promise<void> {
    return this.database.writeForUser(userId, recordAccess(access));
  }

  /**
   * As `forUser`, and what the user's tables hold afterwards: as of the commit, or, where the documents are large, of soon after.
   * The work says which parts are read.
   * @throws LargeAnswersBusy, though the work is stored
   */
  async forUserThenRead<T extends PartsToRead, R extends Reads = NoReads>(
    userId: string,
    options: Omit<WorkOptions<R>, 'dryRun'>,
    work: (data: UnitOfWork<R>) => T,
  ): Promise<{ readonly result: T; readonly snapshot: Snapshot }> {
    const { result, after } = await this.forUser(userId, options, (data) => {
      const decided = work(data);
      return { result: decided, after: data.readAfter(snapshotOf(decided.parts)) };
    });
    return { result, snapshot: await this.#whole(userId, after.value, wholeSnapshotOf(result.parts)) };
  }

  /**
   * Decides as `forUser` would, and writes nothing: a read-only transaction in one round trip; two, in turn, where the documents are
   * large. `work` is given what is saved besides.
   * @param parts what is read for it
   * @throws LargeAnswersBusy
   */
  async dryRun<T>(
    userId: string,
    parts: readonly SnapshotPart<unknown>[],
    options: Omit<WorkOptions, 'dryRun'>,
    work: (data: UnitOfWork, saved: Snapshot) => T,
  ): Promise<T> {
    const found = await this.#decideOn(userId, snapshotOf(parts), options, (data, saved) =>
      'withheld' in saved ? saved : { result: work(data, saved) },
    );
    if (!('withheld' in found)) return found.result;
    const again = () => this.#decideOn(userId, wholeSnapshotOf(parts), options, work);
    return this.largeAnswers.read(userId, found.withheld, again);
  }

  #decideOn<T, S>(
    userId: string,
    saved: Query<S>,
    options: Omit<WorkOptions, 'dryRun'>,
    work: (data: UnitOfWork, saved: S) => T,
  ): Promise<T> {
    const reads: Reads = { ...options.reads, [BESIDES]: saved };
    const decide = (data: UnitOfWork) => work(data, data.read[BESIDES] as S);
    return this.forUser(userId, { ...options, reads, dryRun: true }, decide);
  }

  /** What is kept of the user, as of one moment, in one round trip; two, in turn, where the documents are large. @throws LargeAnswersBusy */
  async read(userId: string, parts: readonly SnapshotPart<unknown>[]): Promise<Snapshot> {
    return this.#whole(userId, await this.query(userId, snapshotOf(parts)), wholeSnapshotOf(parts));
  }

  /** The same of any query that withholds what is large, and of the one that does not. @throws LargeAnswersBusy */
  async readLarge<T extends object>(userId: string, query: Query<T | Withheld>, whole: Query<T>): Promise<T> {
    return this.#whole(userId, await this.query(userId, query), whole);
  }

  /** What a record finds, in one round trip. */
  query<T>(userId: string, query: Query<T>): Promise<T> {
    return this.database.readForUser(userId, query);
  }

  /** The same for several users, in one round trip. */
  queryForEach<T>(reads: readonly UserRead<T>[]): Promise<T[]> {
    return this.database.readForEach(reads);
  }

  /** Reads documents that were withheld because they are large. */
  async #whole<T extends object>(userId: string, found: T | Withheld, whole: Query<T>): Promise<T> {
    if (!('withheld' in found)) return found;
    return this.largeAnswers.read(userId, found.withheld, () => this.query(userId, whole));
  }

  getOrCreateSession(userId: string): Promise<Session> {
    return this.forUser(userId, {}, (data) => data.change(unchanged));
  }

  /** Null when the user has none. */
  async getSessionByUser(userId: string): Promise<Session | null> {
    return (await this.read(userId, NO_PARTS)).session;
  }

  /** The user goes to a step on purpose; canonical numbers. @throws StepNotFound */
  async updateStep(userId: string, stepNumber: number): Promise<Session> {
    const step = canonicalStep(stepNumber);
    if (!step) throw new StepNotFound(CANONICAL_FLOWS.six);
    return this.forUser(userId, {}, (data) => data.change(goToStep(step)));
  }

  /** Sets a floor of 0 to 100 under the percentage. @throws PercentageOutOfRange */
  async updateProgress(userId: string, percentage: number): Promise<Session> {
    const raise = raisePercentage(percentage);
    return this.forUser(userId, {}, (data) => data.change(raise));
  }

  /**
   * Completes the onboarding; calling it again changes nothing.
   * @param byDeployment steps that count as finished though their status does not say so
   * @throws StepsMissing
   */
  markOnboardingComplete(userId: string, byDeployment: FinishedByDeployment = NO_STEPS): Promise<Session> {
    return this.forUser(userId, {}, (data) => data.change(completeOnboarding(byDeployment)));
  }

  /** The position in the user's flow, in canonical numbers. */
  async getOnboardingStatus(userId: string, byDeployment: FinishedByDeployment = NO_STEPS): Promise<OnboardingStatus> {
    const progress = (await this.getSessionByUser(userId))?.progress ?? null;
    const flow = flowOfRead(progress, {}, this.#deploymentFlow);
    const { next_step: _, can_proceed_to_final: __, ...status } = positionIn(flow, progress, byDeployment);
    return status;
  }

  /**
   * Saves a key; the first one of an AI provider completes step 1. A saved key's mask leaves the key as it is.
   * @param name the provider's, or an alias
   * @throws ProviderNotFound
   * @throws InvalidInput for what cannot be a key of that provider
   */
  async saveApiKey(
    userId: string,
    name: string,
    key: Secret | string,
    { description = null, ...terms }: SaveKeyOptions = {},
  ): Promise<void> {
    const provider = getProvider(name);
    const pasted = pastedKey(key);
    refuseUnstorable({ api_key: pasted.reveal(), description });
    const work = (data: WorkWithKeys) => {
      this.keyStore.save(data, [{ provider, key: pasted, pointer: '/api_key' }], description);
      const isFirst = provider.group === 'ai' && !isFinished(data.session.progress, 'api_keys');
      if (isFirst) data.change(completeStep('api_keys', [], NO_STEPS));
    };
    await this.forUser(userId, { reads: { keys: sealedKeys }, ...terms }, work);
  }

  /** The user's keys by provider, for services in this process. @throws KeysUnavailable when one does not open */
  async getApiKeys(userId: string): Promise<ReadonlyMap<string, Secret>> {
    return this.keyStore.openAll(userId, await this.sealedKeys(userId));
  }

  /** The user's keys as they are stored, in one round trip. */
  sealedKeys(userId: string): Promise<SealedKeys> {
    return this.database.readForUser(userId, sealedKeys);
  }

  /** Keeps providers' answers with the versions of the keys that were verified. */
  noteVerifications(userId: string, keys: readonly SealedApiKey[]): Promise<void> {
    return this.database.writeForUser(userId, noteVerifications(keys));
  }

  /**
   * Saves what `data` holds, in the spellings of step 2 and by the same rules; null clears a field, an absent one stays.
   * @throws InvalidInput naming the fields that are wrong
   */
  saveWebsiteAnalysis(userId: string, data: JsonObject): Promise<JsonObject> {
    return this.#save(userId, 'website', this.websiteRecord, data);
  }

  /** Null when there is none. */
  getWebsiteAnalysis(userId: string): Promise<JsonObject | null> {
    return this.#view(userId, this.websiteRecord);
  }

  /** The brand's part of the website analysis; null when there is none, or while brand analysis is switched off. */
  async getBrandAnalysis(userId: string): Promise<JsonObject | null> {
    if (!this.#brandAnalysis) return null;
    const website = await this.getWebsiteAnalysis(userId);
    const columns = BRAND_COLUMNS.filter((column) => isJsonObject(website?.[column]));
    return columns.length > 0 ? Object.fromEntries(columns.map((column) => [column, website?.[column]])) : null;
  }

  /**
   * As `saveWebsiteAnalysis`, for step 3. `competitors` replaces the set that is stored; null or an empty list clears it. The
   * social media accounts, which step 3 takes too, are part of the website analysis: `saveWebsiteAnalysis` saves them.
   */
  saveResearchPreferences(userId: string, preferences: JsonObject): Promise<JsonObject> {
    return this.#save(userId, 'research', researchRecord, preferences, (data) => {
      const { competitors } = preferences;
      if (competitors === null) data.run(competitorsRecord.replace([]));
      if (Array.isArray(competitors)) data.run(competitorsRecord.replace(competitors.filter(isJsonObject)));
    });
  }

  getResearchPreferences(userId: string): Promise<JsonObject | null> {
    return this.#view(userId, researchRecord);
  }

  /** As `saveWebsiteAnalysis`, for step 4. */
  savePersonaData(userId: string, data: JsonObject): Promise<JsonObject> {
    return this.#save(userId, 'personalization', personaRecord, data);
  }

  getPersonaData(userId: string): Promise<JsonObject | null> {
    return this.#view(userId, personaRecord);
  }

  /** The user's competitors as they were posted, in their order; empty when there are none. */
  async getCompetitorAnalysis(userId: string): Promise<readonly JsonObject[]> {
    return (await this.read(userId, [competitorsRecord])).of(competitorsRecord);
  }

  async #view(userId: string, record: DocumentRecord): Promise<JsonObject | null> {
    return record.view((await this.read(userId, [record])).of(record));
  }

  async #save(
    userId: string,
    step: StepKey,
    record: DocumentRecord,
    posted: JsonObject,
    saveMore: (data: UnitOfWork) => void = () => undefined,
  ): Promise<JsonObject> {
    const patch = record.parseWithClears(posted);
    const parts = [record];
    const { snapshot } = await this.forUserThenRead(userId, {}, (data) => {
      data.run(record.save(patch));
      saveMore(data);
      data.change(dataSaved(step));
      return { parts };
    });
    return record.view(snapshot.of(record)) as JsonObject;
  }
}
