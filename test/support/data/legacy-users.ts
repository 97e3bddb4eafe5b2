import { Secret } from '../../../src/ground/secrets/secret.js';
import type { StepKey } from '../../../src/onboarding/flow/steps.js';
import type { Dated, Found, LegacyProgress, LegacyUser } from '../../../src/operations/legacy-import/legacy-user.js';
import { sample } from './samples.js';

/** The times of everything that the older back end has of these users. */
export const BEGUN = new Date('2025-10-03T08:00:00.123Z');
export const SAVED = new Date('2025-10-04T09:30:00.456Z');
export const ENDED = new Date('2025-10-05T10:00:00.789Z');

const STEPS: readonly StepKey[] = ['api_keys', 'website', 'research', 'personalization', 'integrations', 'complete'];

export function dated<T>(value: T): Dated<T> {
  return { value, createdAt: BEGUN, updatedAt: SAVED };
}

/** Progress with these steps completed; all of them: finished. */
export function legacyProgress(completed: readonly StepKey[] = STEPS): LegacyProgress {
  const isOver = completed.length === STEPS.length;
  const steps = STEPS.map((step) => {
    const isCompleted = completed.includes(step);
    const status = isCompleted ? 'completed' : 'pending';
    return [step, { status, completedAt: isCompleted ? SAVED : null, validationErrors: [] }] as const;
  });
  return {
    startedAt: BEGUN,
    updatedAt: ENDED,
    completedAt: isOver ? ENDED : null,
    steps: Object.fromEntries(steps) as unknown as LegacyProgress['steps'],
    currentStep: null,
    onboardingType: null,
  };
}

/** A user who has finished, with something of everything; `more` replaces parts. */
export function legacyUser(userId: string, more: Partial<LegacyUser> = {}): LegacyUser {
  const { competitors, ...research } = sample(3).data;
  const keyEnd = userId.slice(0, 100).replaceAll(' ', '-');
  return {
    userId,
    source: 'sqlite',
    progress: legacyProgress(),
    website: dated(sample(2).data),
    research: dated(research),
    competitors: dated(competitors as Record<string, unknown>[]),
    persona: dated(sample(4).data),
    integrations: dated(sample(5).data),
    business: dated({ business_description: 'Bread and cakes for the old town', industry: 'Food' }),
    keys: [
      { provider: 'openai', key: new Secret(`sk-proj-CANARY-${keyEnd}`), savedAt: SAVED },
      { provider: 'exa', key: new Secret(`exa-CANARY-${keyEnd}`), savedAt: null },
    ],
    warnings: [],
    ...more,
  };
}

/** A user of whom nothing but progress is kept. */
export function bareUser(userId: string, more: Partial<LegacyUser> = {}): LegacyUser {
  const nothing = { website: null, research: null, competitors: null, persona: null, integrations: null };
  return legacyUser(userId, { progress: legacyProgress([]), ...nothing, business: null, keys: [], ...more });
}

/** As the sources give them. */
export async function* asFound(users: Iterable<LegacyUser>): AsyncGenerator<Found> {
  for (const user of users) yield await Promise.resolve({ user });
}
