import { isDeepStrictEqual } from 'node:util';
import { FLOWS } from '../../src/onboarding/flow/flows.js';
import { positionIn } from '../../src/onboarding/flow/position.js';
import { stepState } from '../../src/onboarding/flow/progress.js';
import { progressFrom } from '../../src/onboarding/flow/progress-state.js';
import { describe, type Entry, type History } from './history.js';
import type { StoredEvent } from './judge-trail.js';
import { DOCUMENTS, NOTHING, type Register } from './marks.js';

/** What registers hold at a revision, and a hash of all that its documents hold. */
type Values = Map<Register | 'digest', string>;

/**
 * Holds everything that was read of each revision against each other, and against its event: a revision is one state, however
 * often, by whichever route and when it is read.
 */
export function judgeRevisions(entries: readonly Entry[], events: readonly StoredEvent[], history: History): void {
  const known = new Map<number, Values>();
  for (const entry of entries) {
    const { revision, earlier, saw, percentage, statuses, items } = entry;
    const what = () => describe(entry);
    if (revision !== null) {
      learn(known, revision, saw, history, what);
      checkStated(events[revision - 1], { percentage, statuses }, history, what);
    }
    if (earlier) {
      const values = DOCUMENTS.map(
        (document) => [document, [...(earlier.numbers.get(document) ?? [NOTHING])].join()] as const,
      );
      learn(known, earlier.revision, new Map([...values, ['digest', earlier.digest]]), history, what);
      checkStated(events[earlier.revision - 1], earlier, history, what);
    }
    for (const item of items) {
      const event = events[item.revision - 1];
      history.check('the history lists what happened', event?.type === item.type, what);
      checkStated(event, { percentage: item.percentage, statuses: null }, history, what);
    }
  }
  for (const { revision, type, data } of events) {
    if (type !== 'onboarding_restored' || data['what'] !== 'all') continue;
    const [now, then] = [known.get(revision), known.get(Number(data['revision']))];
    for (const document of [...DOCUMENTS, 'digest'] as const) {
      const [value, original] = [now?.get(document), then?.get(document)];
      if (value === undefined || original === undefined) continue;
      const what = () => `${document} is ${value} at ${revision}, and ${original} at ${String(data['revision'])}`;
      history.check('a restore is of its revision', value === original, what);
    }
  }
}

function learn(
  known: Map<number, Values>,
  revision: number,
  saw: ReadonlyMap<Register | 'digest', string>,
  history: History,
  what: () => string,
): void {
  const values: Values = known.get(revision) ?? new Map();
  known.set(revision, values);
  for (const [register, value] of saw) {
    const first = values.get(register) ?? value;
    const detail = () => `${register} of revision ${revision} was ${first}: ${what()}`;
    history.check('a revision is read the same each time', first === value, detail);
    values.set(register, first);
  }
}

function checkStated(
  event: StoredEvent | undefined,
  shown: Pick<Entry, 'percentage' | 'statuses'>,
  history: History,
  what: () => string,
): void {
  if (shown.percentage === null) return;
  const stated = event?.state ? viewOf(event.state, event.validation_errors) : null;
  const isSame =
    stated?.percentage === shown.percentage &&
    (shown.statuses === null || isDeepStrictEqual(stated.statuses, shown.statuses));
  history.check('what was read is what an event states', isSame, () => `${JSON.stringify(event)}: ${what()}`);
}

/** What a reader sees of it; no key of the deployment's finishes a step here. */
function viewOf(state: NonNullable<StoredEvent['state']>, errors: StoredEvent['validation_errors']) {
  const progress = progressFrom(state, errors);
  const flow = FLOWS[progress.flow?.id ?? 'six'];
  return {
    percentage: positionIn(flow, progress, new Set()).completion_percentage,
    statuses: flow.steps.map(({ key }) => stepState(progress, key).status),
  };
}
