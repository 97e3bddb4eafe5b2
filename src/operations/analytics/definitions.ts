/** What a figure is, in a sentence, by its name in an answer. docs/analytics.md has the same sentences. */
export type Definitions = Readonly<Record<string, string>>;

const AS_OF = {
  as_of: 'Whatever was committed until this moment is in the figures.',
} as const satisfies Definitions;

export const FUNNEL_DEFINITIONS: Definitions = {
  ...AS_OF,
  pending: 'Events that are stored, but not in the figures yet.',
  started: 'Users whose current attempt started in the period.',
  completed: 'Those of them who have completed onboarding, within the window if there is one.',
  in_progress:
    'Those of them who have not, but still may: the window is open, or they were active in the last 30 days.',
  dropped: 'Those of them who have not and are no longer in progress.',
  conversion: 'Completed out of started, as a share of 1.',
  time_seconds:
    'How many users took a time of their own from the start to completion, the mean, and what the given percentage of them did not exceed.',
  'steps.entered': 'Users who started and had finished every step before this one, within the window if there is one.',
  'steps.completed':
    'Those of them who have completed the step, within the window; also where the deployment did it for them.',
  'steps.skipped': 'Those of them who have skipped the step, within the window.',
  'steps.failed': 'Those of them whose step is marked as failed, who are also in progress or dropped.',
  'steps.in_progress': 'Those of them who have not finished the step, but still may, as for the whole.',
  'steps.dropped': 'Those of them who have not finished the step and are no longer in progress.',
  'steps.conversion_overall': 'Completed or skipped out of all who started, as a share of 1.',
  'steps.conversion_step': 'Completed or skipped out of those who entered the step, as a share of 1.',
  'steps.time_seconds':
    'How many users finished the step in a time of their own, from finishing the one before or the start, the mean, and percentiles as for the whole.',
};

export const COHORTS_DEFINITIONS: Definitions = {
  ...AS_OF,
  started: 'Users whose current attempt started in this day, week or month, as far as it lies in the period.',
  completed_after:
    'Those of them who had completed onboarding by the end of their own unit, of the next one, and so on up to that of as_of, which is still going on, or the 400th.',
  incomplete: 'The unit is not over at as_of, or lies partly outside the period, so its numbers can still grow.',
};

export const ACTIVITY_DEFINITIONS: Definitions = {
  ...AS_OF,
  started: 'Users whose current attempt started on the day.',
  completed: 'Users whose current attempt was completed on the day, whenever it started.',
  users: 'Users with at least one event on the day.',
  events: 'Events of the day by type, of former attempts, too.',
};

export const STUCK_DEFINITIONS: Definitions = {
  ...AS_OF,
  users: 'Users who have not completed onboarding and whose first unfinished step this is.',
  since: 'These users by the time from their latest event to as_of, each in the first class that holds it.',
};
