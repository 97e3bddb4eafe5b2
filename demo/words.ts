import type { HistoryItem, RequirementsView, StepStatus } from './api.js';

const EVENTS: Readonly<Record<HistoryItem['type'], string>> = {
  onboarding_started: 'Onboarding started',
  onboarding_completed: 'Onboarding completed',
  onboarding_reset: 'Progress reset',
  onboarding_restored: 'Earlier state restored',
  onboarding_imported: 'Imported',
  step_started: 'Step begun',
  step_completed: 'Step completed',
  step_skipped: 'Step skipped',
  step_failed: 'Step failed',
  step_reset: 'Step reset',
  data_saved: 'Data saved',
  api_key_saved: 'Key saved',
  api_key_removed: 'Key removed',
  progress_updated: 'Progress updated',
  progress_repaired: 'Progress repaired',
  flow_changed: 'Wizard changed',
};

export const eventName = (type: HistoryItem['type']) => EVENTS[type];

const STATUSES: Readonly<Record<StepStatus, string>> = {
  pending: 'Open',
  in_progress: 'In progress',
  completed: 'Completed',
  skipped: 'Skipped',
  failed: 'Failed',
};

export const statusName = (status: StepStatus) => STATUSES[status];

export const WIZARDS = {
  six: 'Six pages',
  'six-intro': 'Six pages, introduction',
  five: 'Five pages',
  four: 'Four pages',
} as const;

type ListOfRequirements = {
  [K in keyof RequirementsView]: RequirementsView[K] extends readonly { code: string }[] ? K : never;
}[keyof RequirementsView];

/** The lists of requirements, the most urgent first, and what they are to a reader. */
export const REQUIREMENT_LISTS: readonly (readonly [ListOfRequirements, string])[] = [
  ['past_due', 'Past the deadline'],
  ['errors', 'Saved, but wrong'],
  ['currently_due', 'Due now'],
  ['eventually_due', 'Due later'],
  ['pending_verification', 'To be verified'],
  ['recommended', 'Worth doing'],
];

const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });

/** The time of today, and the day of what is older. */
export function shortTime(time: Date | string, now = new Date()): string {
  const date = new Date(time);
  return date.toDateString() === now.toDateString() ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

export const fullTime = (time: Date | string) => FULL.format(new Date(time));

export const milliseconds = (ms: number) => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`);

/** The revision of a position, which comes first in it. */
export const revisionOf = (position: string) => Number(position.split('.')[0]);
