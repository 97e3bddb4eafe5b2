import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { Secret } from '../../ground/secrets/secret.js';
import { StepStatus } from '../../onboarding/flow/step-status.js';
import { STEP_KEYS, type StepKey } from '../../onboarding/flow/steps.js';
import { eachStep, PENDING, type Holdings } from './holdings.js';
import { SourceDamaged } from './legacy-database.js';
import { providerOf, type FoundKey } from './legacy-keys.js';
import { latest, UNKNOWN_TIME, type LocalTime } from './local-time.js';
import type { LegacyStep } from './legacy-user.js';
import { documentsOfPosts, POSTED_STEPS, postedDocuments } from './posted-parts.js';
import { cleanJson, cleanText, decodeOnce, parsePythonJson } from './python-json.js';
import type { Warnings } from './warnings.js';

const STATUSES = Object.values(StepStatus) as readonly string[];

/** What onboarding cannot be finished without. */
const REQUIRED: readonly StepKey[] = ['api_keys', 'website', 'research', 'complete'];

/**
 * What a progress file holds, in the format that all versions share.
 * @throws SourceDamaged if it is none, such as half of one
 */
export function readProgressFile(text: string, time: LocalTime, warnings: Warnings): Holdings {
  const file = parseFile(text);
  const listed = new Map<StepKey, JsonObject>(
    (file['steps'] as unknown[]).filter(isJsonObject).flatMap((step) => {
      const key = STEP_KEYS[Number(step['step_number']) - 1];
      return key ? [[key, step] as const] : [];
    }),
  );
  const lastUpdated = time.parse(file['last_updated']);
  const steps = eachStep((key) => readStep(listed.get(key), time, warnings));
  const completedAt = completionOf(file, steps, time);
  const posts = POSTED_STEPS.map((step) => {
    const data = cleanJson(decodeOnce(listed.get(step)?.['data']), warnings, 1);
    const times = { createdAt: null, updatedAt: steps[step].completedAt ?? lastUpdated };
    return { step, documents: postedDocuments(step, data, times, warnings) };
  });
  const current = STEP_KEYS[Number(file['current_step']) - 1];
  return {
    progress: {
      startedAt: time.parse(file['started_at']) ?? lastUpdated,
      updatedAt: lastUpdated,
      completedAt,
      steps: completedAt === null ? steps : { ...steps, complete: lastStep(steps.complete, completedAt) },
      currentStep: current !== undefined && steps[current].status === 'in_progress' && !completedAt ? current : null,
      onboardingType: null,
    },
    documents: documentsOfPosts(posts),
    keys: [...listed].flatMap(([key, { data }]) => keysIn(key, data, steps[key].completedAt ?? lastUpdated)),
  };
}

function parseFile(text: string): JsonObject {
  let file: unknown;
  try {
    file = parsePythonJson(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new SourceDamaged('it is no JSON, or only the beginning of it.');
  }
  if (!isJsonObject(file) || !Array.isArray(file['steps'])) throw new SourceDamaged('it has no list of steps.');
  return file;
}

function readStep(step: JsonObject | undefined, time: LocalTime, warnings: Warnings): LegacyStep {
  if (!step) return PENDING;
  const { status, completed_at, validation_errors: errors } = step;
  const validationErrors = Array.isArray(errors) ? errors.filter((error) => typeof error === 'string') : [];
  const isKnown = typeof status === 'string' && STATUSES.includes(status);
  if (!isKnown) {
    warnings.add(
      'unknown_status',
      `Step ${Number(step['step_number'])} has a status that does not exist: it became pending.`,
    );
  }
  return {
    status: isKnown ? (status as StepStatus) : 'pending',
    completedAt: isKnown && (status === 'completed' || status === 'skipped') ? time.parse(completed_at) : null,
    validationErrors: validationErrors.map((error) => cleanText(error, warnings)),
  };
}

/**
 * When the user finished; null: not yet. The older back end takes the completion back when it loads a file where an optional step
 * is unfinished. The last step is completed only by finishing.
 */
function completionOf(file: JsonObject, steps: Readonly<Record<StepKey, LegacyStep>>, time: LocalTime): Date | null {
  const isCompleted = file['is_completed'] === true || REQUIRED.every((key) => steps[key].status === 'completed');
  if (!isCompleted) return null;
  return (
    time.parse(file['completed_at']) ??
    steps.complete.completedAt ??
    time.parse(file['last_updated']) ??
    latest(...STEP_KEYS.map((key) => steps[key].completedAt)) ??
    UNKNOWN_TIME
  );
}

const lastStep = (step: LegacyStep, completedAt: Date): LegacyStep =>
  step.status === 'completed' ? step : { status: 'completed', completedAt, validationErrors: [] };

/** What follows the name of a provider in the data of the first step. */
const KEY_SUFFIX = /_?api_?key$/i;

function keysIn(step: StepKey, data: unknown, savedAt: Date | null): readonly FoundKey[] {
  if (!isJsonObject(data)) return [];
  const posted = decodeOnce(data['api_keys'] ?? data['apiKeys']);
  const single = Object.entries(data)
    .filter(([name]) => step === 'api_keys' && KEY_SUFFIX.test(name))
    .map(([name, key]): [string, unknown] => [name.replace(KEY_SUFFIX, ''), key])
    .filter(([name]) => providerOf(name) !== null);
  return [...single, ...(isJsonObject(posted) ? Object.entries(posted) : [])].flatMap(([name, key]) =>
    typeof key === 'string' ? [{ name, key: new Secret(key), savedAt }] : [],
  );
}
