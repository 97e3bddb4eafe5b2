import { STEP_KEYS, type StepKey } from '../../onboarding/flow/steps.js';
import type { StepStatus } from '../../onboarding/flow/step-status.js';
import { eachStep, NO_DOCUMENTS, PENDING, type Documents, type Holdings, type SourceProgress } from './holdings.js';
import { timeOf } from './documents.js';
import { keysByProvider, type FoundKey } from './legacy-keys.js';
import type { LegacyKey, LegacyProgress, LegacyStep, LegacyUser } from './legacy-user.js';
import { earliest, latest, UNKNOWN_TIME } from './local-time.js';
import { cleanDocuments } from './clean-documents.js';
import { mergeAll } from './posted-parts.js';
import { Redaction } from './redaction.js';
import type { Warnings } from './warnings.js';

/** From the least to the most that a source can say of a step. */
const RANKS: readonly StepStatus[] = ['pending', 'failed', 'in_progress', 'skipped', 'completed'];

/** All sources of one user. */
export interface UserSources {
  readonly userId: string;
  /** Names of their kinds. */
  readonly kinds: readonly string[];
  /** In the order of their weight: databases first, and then progress files, the newest first. */
  readonly holdings: readonly Holdings[];
  /** Keys of the environment: for providers of which no source has a key. */
  readonly environment: readonly FoundKey[];
  /** A time for a user of whom no source says when they started. */
  readonly fallbackTime: Date | null;
}

/** One user of all sources: of each document the later one, of each step what says the most, of each provider the newest key. */
export function mergeUser(
  { userId, kinds, holdings, environment, fallbackTime }: UserSources,
  warnings: Warnings,
): LegacyUser {
  const found = holdings.flatMap((one) => one.keys);
  const redaction = new Redaction(
    [...found, ...environment].map(({ key }) => key),
    warnings,
  );
  const documents = cleanDocuments(
    holdings.map((one) => one.documents).reduce(mergeAll, NO_DOCUMENTS),
    redaction,
    warnings,
  );
  const ownKeys = keysByProvider(
    holdings.toReversed().flatMap(({ keys }) => keys),
    warnings,
  );
  const others = keysByProvider(environment, warnings);
  const keys = [...ownKeys, ...others.filter(({ provider }) => ownKeys.every((own) => own.provider !== provider))];
  const sources = holdings.flatMap((one) => (one.progress ? [withoutSecrets(one.progress, redaction)] : []));
  const times = timesOf(documents, keys);
  const progress = withKeys(mergeProgress(sources, { fallbackTime, times }, warnings), others.length > 0);
  const type = progress.onboardingType ?? postedType(documents);
  return {
    userId,
    source: kinds.join(', '),
    progress: { ...progress, onboardingType: type === null ? null : redaction.text(type) },
    ...documents,
    keys,
    warnings: warnings.list,
  };
}

/** Each page of later wizards posts the type: where the database has no column for it, it is there alone. */
function postedType({ website, research, persona, integrations }: Documents): string | null {
  const types = [website, research, persona, integrations].map((document) => document?.value['onboarding_type']);
  return types.find((type) => typeof type === 'string') ?? null;
}

/** Messages of failures quote requests, with the keys in them. */
function withoutSecrets(progress: SourceProgress, redaction: Redaction): SourceProgress {
  const steps = eachStep((key) => {
    const step = progress.steps[key];
    if (step.validationErrors.length === 0) return step;
    return { ...step, validationErrors: step.validationErrors.map((error) => redaction.text(error)) };
  });
  return { ...progress, steps };
}

/** All times of what a user has stored. */
function timesOf(
  { website, research, competitors, persona, integrations, business }: Documents,
  keys: readonly LegacyKey[],
): readonly (Date | null)[] {
  const documents = [website, research, competitors, persona, integrations, business];
  return [...documents.map((document) => document && timeOf(document)), ...keys.map(({ savedAt }) => savedAt)];
}

interface OtherTimes {
  readonly fallbackTime: Date | null;
  readonly times: readonly (Date | null)[];
}

function mergeProgress(
  found: readonly SourceProgress[],
  { fallbackTime, times }: OtherTimes,
  warnings: Warnings,
): LegacyProgress {
  const steps = eachStep((key) => found.map((progress) => progress.steps[key]).reduce(further, PENDING));
  const startedAt = earliest(...found.map((progress) => progress.startedAt)) ?? fallbackTime;
  if (!startedAt) warnings.add('unknown_start', 'No source says when the user started: it became 1970.');
  const start = startedAt ?? UNKNOWN_TIME;
  const completedAt = completionOf(found, [start, ...times], warnings);
  return {
    startedAt: start,
    updatedAt: latest(...found.map((progress) => progress.updatedAt)) ?? start,
    completedAt,
    steps: completedAt ? { ...steps, complete: lastStep(steps.complete, completedAt) } : steps,
    currentStep: completedAt ? null : currentStep(found, steps),
    onboardingType: found.find((progress) => progress.onboardingType !== null)?.onboardingType ?? null,
  };
}

/** When the user finished: the first source with a time says it, else it is the latest time of the user. */
function completionOf(
  found: readonly SourceProgress[],
  others: readonly (Date | null)[],
  warnings: Warnings,
): Date | null {
  const completions = found.flatMap(({ completedAt }) => completedAt ?? []);
  if (completions.length === 0) return null;
  const isKnown = (time: Date | null) => time?.getTime() !== UNKNOWN_TIME.getTime();
  const known = completions.find(isKnown);
  if (known) return known;
  warnings.add('unknown_completion', 'No source says when the user finished: it became the latest time of the user.');
  const steps = found.flatMap((progress) => STEP_KEYS.map((key) => progress.steps[key].completedAt));
  const updates = found.map(({ updatedAt }) => updatedAt);
  return latest(...[...steps, ...updates, ...others].filter(isKnown)) ?? UNKNOWN_TIME;
}

function lastStep(step: LegacyStep, completedAt: Date): LegacyStep {
  if (step.status === 'completed' && step.completedAt && step.completedAt > UNKNOWN_TIME) return step;
  return { status: 'completed', completedAt, validationErrors: [] };
}

/** Of two steps that say the same the first. */
function further(one: LegacyStep, other: LegacyStep): LegacyStep {
  return RANKS.indexOf(other.status) > RANKS.indexOf(one.status) || one === PENDING ? other : one;
}

/** Where the user was inside a step that is unfinished everywhere. */
function currentStep(found: readonly SourceProgress[], steps: Readonly<Record<StepKey, LegacyStep>>): StepKey | null {
  const current = found.find((progress) => progress.currentStep !== null)?.currentStep ?? null;
  return current !== null && steps[current].status === 'in_progress' ? current : null;
}

/** Keys of the environment finish the first step, as those that a user posted. */
function withKeys(progress: LegacyProgress, hasEnvironment: boolean): LegacyProgress {
  const { api_keys: step } = progress.steps;
  if (!hasEnvironment || step.status === 'completed') return progress;
  const completed: LegacyStep = { status: 'completed', completedAt: progress.updatedAt, validationErrors: [] };
  return { ...progress, steps: { ...progress.steps, api_keys: completed } };
}
