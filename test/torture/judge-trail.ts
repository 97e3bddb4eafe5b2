import { isDeepStrictEqual } from 'node:util';
import type { ProgressState } from '../../src/onboarding/flow/progress-state.js';
import { replay, type StatedEvent } from '../../src/onboarding/flow/replay.js';
import type { History } from './history.js';
import type { FinalState } from './judge.js';
import type { User } from './users.js';

/** An event as it is stored. */
export interface StoredEvent extends StatedEvent {
  readonly type: string;
  readonly step: string | null;
  readonly data: Readonly<Record<string, string | number | null>>;
}

type Statuses = Readonly<Record<string, string | number>>;

/** Holds what events state against what they say has happened, and the session against both. */
export function judgeTrail(user: User, { progress, events }: FinalState, history: History): void {
  const story = (event?: StoredEvent) => `${user.id} ${JSON.stringify(event)} of ${JSON.stringify(events)}`;
  const trail = trailOf(events);
  for (const [at, event] of events.entries()) {
    const isStated = event.state !== null && isDeepStrictEqual(statusesOf(event.state.steps), trail[at]);
    history.check('an event states where it leads', isStated && keepsRest(event, events), () => story(event));
  }
  const steps = progress?.steps;
  const agrees = isDeepStrictEqual(statusesOf(steps), trail.at(-1) ?? {});
  history.check('progress is what its events say', agrees, () => story());
  const replayed = replay({ count: events.length, last: events.at(-1) ?? null });
  history.check('events replay to the session', isDeepStrictEqual(replayed, progress), () => story(events.at(-1)));
}

/** The status of each step after each event, by what the events say has happened and not by what they state. */
function trailOf(events: readonly StoredEvent[]): readonly Statuses[] {
  const trail: Statuses[] = [];
  for (const { type, step, data } of events) {
    const before = trail.at(-1) ?? {};
    if (type === 'onboarding_reset') trail.push({});
    else if (type === 'onboarding_restored' && data['what'] === 'all') trail.push(trail[restoredBy(data) - 1] ?? {});
    else if (step !== null && data['to']) trail.push({ ...before, [step]: data['to'] });
    else trail.push(before);
  }
  return trail;
}

const restoredBy = (data: StoredEvent['data']) => Number(data['revision']);

function statusesOf(steps: Readonly<Record<string, { readonly status: string }>> = {}): Statuses {
  return Object.fromEntries(Object.entries(steps).map(([step, { status }]) => [step, status]));
}

/** Events that change no progress. */
const STILL = new Set(['data_saved', 'api_key_saved', 'api_key_removed']);

/** Whether an event leaves the progress as it was, or brings it back as it was, where it says so. */
function keepsRest({ revision, type, data, ...stated }: StoredEvent, events: readonly StoredEvent[]): boolean {
  const isRestored = type === 'onboarding_restored';
  if (!isRestored && !STILL.has(type)) return true;
  const from = isRestored && data['what'] === 'all' ? restoredBy(data) : revision - 1;
  const original = events[from - 1];
  return (
    original !== undefined &&
    isDeepStrictEqual(withoutWizard(stated.state), withoutWizard(original.state)) &&
    isDeepStrictEqual(stated.validation_errors, original.validation_errors)
  );
}

/** The wizard is learnt along the way, and never restored. */
function withoutWizard(state: ProgressState | null) {
  if (state === null) return null;
  const { flow: _, flow_source: __, ...rest } = state;
  return rest;
}
