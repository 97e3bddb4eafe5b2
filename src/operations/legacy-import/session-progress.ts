import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { StepStatus } from '../../onboarding/flow/step-status.js';
import type { StepKey } from '../../onboarding/flow/steps.js';
import { hasWebsite } from './database-documents.js';
import { eachStep, PENDING, type Documents, type SourceProgress } from './holdings.js';
import type { TextRow } from './legacy-database.js';
import { earliest, latest, UNKNOWN_TIME, type LocalTime } from './local-time.js';
import type { Dated, LegacyKey, LegacyStep } from './legacy-user.js';
import { cleanText, decodeOnce, isAbsent, parsePythonJson } from './python-json.js';
import type { Warnings } from './warnings.js';

/** How a database numbers the steps: by six, or the four of a later wizard. */
type Scheme = 'six' | 'four';

const NUMBERS: Readonly<Record<Scheme, Readonly<Partial<Record<StepKey, number>>>>> = {
  // No wizard of a database posts the first step without keys.
  six: { website: 2, research: 3, personalization: 4, integrations: 5 },
  four: { website: 1, research: 2, personalization: 3 },
};
const PAGES: Readonly<Record<Scheme, number>> = { six: 6, four: 4 };
/** The `current_step` from which on the user is done. */
const DONE: Readonly<Record<Scheme, number>> = { six: 6, four: 5 };

/** Percentages that only a numbering by six yields: nothing shifts them when a database is numbered by four. */
const OF_SIX = [17, 33, 67, 83];

/** Steps that a user can finish onboarding without. */
const OPTIONAL: readonly StepKey[] = ['personalization', 'integrations'];

/** A row of a session, read. */
export interface StoredSession {
  readonly id: bigint;
  readonly scheme: Scheme;
  readonly currentStep: number;
  /** 0 to 100, a whole number. */
  readonly progress: number;
  readonly startedAt: Date | null;
  readonly updatedAt: Date | null;
  /** Of `payload`: the only true time of completion. */
  readonly completedAt: Date | null;
  readonly onboardingType: string | null;
}

/** @param row of a database with the column `onboarding_type` or without it */
export function readSession(row: TextRow, time: LocalTime, warnings: Warnings): StoredSession {
  const progress = Math.round(Number(row['progress'] ?? 0)) || 0;
  return {
    id: BigInt(row['id'] ?? 0),
    scheme: 'onboarding_type' in row && !OF_SIX.includes(progress) ? 'four' : 'six',
    currentStep: Number(row['current_step'] ?? 0) || 0,
    progress,
    startedAt: time.parseStored(row['started_at']),
    updatedAt: time.parseStored(row['updated_at']),
    completedAt: completionIn(row['payload'], time),
    onboardingType: cleanText(row['onboarding_type']?.trim() ?? '', warnings) || null,
  };
}

function completionIn(payload: string | null | undefined, time: LocalTime): Date | null {
  if (payload === null || payload === undefined) return null;
  try {
    const value = decodeOnce(parsePythonJson(payload));
    return isJsonObject(value) ? time.parse(value['completed_at']) : null;
  } catch {
    // The rest of a payload is about scheduled tasks: a broken one says as much as none.
    return null;
  }
}

const isDone = ({ scheme, currentStep, progress }: StoredSession) => progress >= 100 || currentStep >= DONE[scheme];

/** The most advanced first. */
function compareSessions(one: StoredSession, other: StoredSession): number {
  return (
    Number(isDone(other)) - Number(isDone(one)) ||
    other.progress - one.progress ||
    other.currentStep - one.currentStep ||
    (other.updatedAt?.getTime() ?? 0) - (one.updatedAt?.getTime() ?? 0) ||
    (other.id > one.id ? 1 : -1)
  );
}

/** What a database tells about a user, besides the sessions. */
export interface SessionEvidence {
  readonly documents: Documents;
  readonly keys: readonly LegacyKey[];
  /** Whether there is a file of step 5, which is written by posting it. */
  readonly hasPostedIntegrations: boolean;
}

/**
 * A user's progress by the sessions of databases, which say no status of a step: it is completed if there is what it asks for, or if
 * the user went past it. A finished user is never made unfinished, whichever of the sessions says so.
 */
export function progressOfSessions(
  sessions: readonly StoredSession[],
  evidence: SessionEvidence,
  warnings: Warnings,
): SourceProgress {
  const [best] = [...sessions].sort(compareSessions);
  if (sessions.length > 1) {
    warnings.add('several_sessions', `The user has ${sessions.length} sessions: the most advanced gives the progress.`);
  }
  const isCompleted = best !== undefined && isDone(best);
  const completedAt = isCompleted ? (best.completedAt ?? best.updatedAt ?? best.startedAt) : null;
  const times = timesOf(evidence);
  return {
    startedAt: best?.startedAt ?? earliest(best?.updatedAt ?? null, ...times),
    updatedAt: best?.updatedAt ?? latest(...times),
    completedAt: isCompleted ? (completedAt ?? UNKNOWN_TIME) : null,
    steps: eachStep((key) => {
      const step = stepWithData(key, evidence) ?? passedStep(key, best, warnings);
      return isCompleted ? finished(key, step, completedAt) : (step ?? failedStep(key, evidence) ?? PENDING);
    }),
    currentStep: null,
    onboardingType: best?.onboardingType ?? null,
  };
}

function timesOf({ documents, keys }: SessionEvidence): (Date | null)[] {
  const dated = Object.values(documents) as readonly (Dated<unknown> | null)[];
  return [
    ...dated.flatMap((one) => [one?.createdAt ?? null, one?.updatedAt ?? null]),
    ...keys.map((key) => key.savedAt),
  ];
}

const completed = (completedAt: Date | null, status: StepStatus = 'completed'): LegacyStep => ({
  status,
  completedAt,
  validationErrors: [],
});

/** Null: nothing that is stored shows that the step is done. */
function stepWithData(key: StepKey, { documents, keys, hasPostedIntegrations }: SessionEvidence): LegacyStep | null {
  const { website, research, competitors, persona, integrations, business } = documents;
  const of = (one: Dated<unknown> | null) => completed(one?.updatedAt ?? one?.createdAt ?? null);
  switch (key) {
    case 'api_keys':
      return keys.length > 0 ? completed(latest(...keys.map(({ savedAt }) => savedAt))) : null;
    case 'website':
      if (website && hasWebsite(website.value)) return of(website);
      return business ? of(business) : null;
    case 'research':
      if (research && has(research, ['research_depth', 'content_types'])) return of(research);
      return competitors ? of(competitors) : null;
    case 'personalization':
      return persona && has(persona, ['core_persona', 'platform_personas']) ? of(persona) : null;
    case 'integrations':
      if (hasPostedIntegrations) return of(integrations);
      return integrations && has(integrations, ['connected_platforms']) ? of(integrations) : null;
    case 'complete':
      return null;
  }
}

const has = ({ value }: Dated<JsonObject>, keys: readonly string[]) => keys.some((key) => !isAbsent(value[key]));

function passedStep(key: StepKey, session: StoredSession | undefined, warnings: Warnings): LegacyStep | null {
  if (!session) return null;
  const number = NUMBERS[session.scheme][key];
  if (number === undefined) return null;
  if (session.progress < Math.round((number / PAGES[session.scheme]) * 100) || isDone(session)) return null;
  warnings.add(
    'step_without_data',
    `The user went past the step ${key}, of which nothing is stored: it counts as completed.`,
  );
  return completed(session.updatedAt);
}

/** A step of a finished user: one without data counts as completed, or as skipped where it may be. */
function finished(key: StepKey, step: LegacyStep | null, completedAt: Date | null): LegacyStep {
  return step ?? completed(completedAt, OPTIONAL.includes(key) ? 'skipped' : 'completed');
}

function failedStep(key: StepKey, { documents: { website } }: SessionEvidence): LegacyStep | null {
  if (key !== 'website' || website?.value['status'] !== 'failed') return null;
  const message = website.value['error_message'];
  return {
    status: 'failed',
    completedAt: null,
    validationErrors: [typeof message === 'string' ? message : 'The analysis of the website failed.'],
  };
}
