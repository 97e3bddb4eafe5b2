import { LATER } from './journeys.sql.js';

/*
 * The SQL of the figures, from the sums alone but for who stands still. Days are dates in UTC; `to` is not included. A class of
 * windows (`within`) holds what happened in its window and in no smaller one.
 */

export type Group = 'none' | 'day' | 'week';
export type Unit = 'day' | 'week' | 'month';

/** Until when the numbers are complete, and events that are not in yet. No row: nothing was ever counted. */
export const STATE = `
  select as_of, rebuilt_to is not null as is_rebuilding, (
    select count(*)::int from progress_events
    where tx >= w.tx and tx < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
  ) as pending
  from operations.watermark w`;

/** SQL for the first day of the unit that a day is in. */
const firstOf = (unit: Unit, day: string) => (unit === 'day' ? day : `date_trunc('${unit}', ${day})::date`);

/** SQL for the duration that a share of the users did not exceed: the bucket of the one at that place. */
const percentile = (percent: number) =>
  `min(bucket) filter (where upto * 100 >= n::bigint * ${percent}) as p${percent}`;

/** SQL for the rows of a period, and of a flow if there is one. */
const CHOSEN = 'day >= $1::date and day < $2::date and ($3::text is null or flow = $3)';

/**
 * The funnel of the attempts that started in a period, by group and step; the whole onboarding is the step ''. A group is named by its
 * first day, all of them together by the period's.
 * Values: from, to, flow (null: all), window in days (null: none), the day of `as_of`; the units that the period is made of, and their
 * first days (spans.ts).
 */
export function funnelBy(group: Group): string {
  const day = group === 'none' ? '$1::date' : firstOf(group, 'day');
  const within = `within <= coalesce($4::int, ${LATER})`;
  return `
    with counts as (
      select ${day} as day, step, sum(entered)::int as entered, sum(completed)::int as completed,
             sum(skipped)::int as skipped, sum(failed)::int as failed, sum(timed)::int as n, sum(seconds)::text as seconds,
             coalesce(sum(entered - completed - skipped) filter (where day + $4::int >= $5::date), 0)::int as in_window
      from operations.funnel_counts
      where ${CHOSEN} and ${within}
      group by 1, 2
    ), standing as (
      select ${day} as day, step, sum(users)::int as active
      from operations.funnel_standing
      where ${CHOSEN} and last_day >= $5::date - 30
      group by 1, 2
    ), buckets as (
      -- Sums of bigint would be numeric, which takes several times as long to add and to compare.
      select ${day} as day, step, bucket, sum(users::int)::int as users
      from unnest($6::text[], $7::date[]) span (unit, day) cross join lateral (
        select step, bucket, users from operations.funnel_times kept
        where kept.unit = span.unit and kept.day = span.day and ($3::text is null or flow = $3) and ${within}
        -- Each span by the key: the planner would rather read the whole table, since it takes units and days for unrelated.
        offset 0
      ) kept
      group by 1, 2, 3
    ), places as (
      select day, step, bucket, sum(users) over (partition by day, step order by bucket) as upto from buckets
    ), times as (
      select day, step, ${[50, 75, 90, 95].map(percentile).join(', ')} from places join counts using (day, step) group by 1, 2
    )
    select day::text, step, entered, completed, skipped, failed, n, seconds, p50, p75, p90, p95,
           case when $4::int is null then coalesce(active, 0) else in_window end as in_progress
    from counts left join standing using (day, step) left join times using (day, step)
    order by day`;
}

/**
 * Attempts by the unit of their start, and how many were completed so many units later. Values: from, to, flow (null: all).
 */
export function cohortsBy(unit: Unit): string {
  const day = firstOf(unit, 'day');
  return `
    with started as (
      select ${day} as start, sum(entered)::int as started from operations.funnel_counts
      where ${CHOSEN} and step = '' group by 1
    ), completed as (
      select ${day} as start, greatest(${unitsBetween(unit)}, 0) as later, sum(users)::int as users
      from operations.completions where ${CHOSEN} group by 1, 2
    )
    select start::text as "from", started, coalesce(jsonb_object_agg(later, users) filter (where later is not null), '{}') as completed
    from started left join completed using (start)
    group by start, started order by start`;
}

/** SQL for the units from the one that `day` is in to that of `completed_day`. */
function unitsBetween(unit: Unit): string {
  const [start, end] = [firstOf(unit, 'day'), firstOf(unit, 'completed_day')];
  if (unit === 'day') return `${end} - ${start}`;
  if (unit === 'week') return `(${end} - ${start}) / 7`;
  return ['year', 'month']
    .map((field) => `(extract(${field} from ${end}) - extract(${field} from ${start}))::int`)
    .join(' * 12 + ');
}

/** Each day of a period: attempts that started and were completed on it, active users, and events by type. Values: from, to. */
export const ACTIVITY = `
  with day as (
    select listed::date as day from generate_series($1::date, $2::date - 1, interval '1 day') listed
  ), started as (
    select day, sum(entered)::int as started from operations.funnel_counts
    where step = '' and day >= $1::date and day < $2::date group by 1
  ), completed as (
    select completed_day as day, sum(users)::int as completed from operations.completions
    where completed_day >= $1::date and completed_day < $2::date group by 1
  ), active as (
    select day, coalesce(sum(events) filter (where type = ''), 0)::int as users,
           coalesce(jsonb_object_agg(type, events) filter (where type <> ''), '{}') as events
    from operations.activity where day >= $1::date and day < $2::date group by 1
  )
  select day::text, coalesce(started, 0) as started, coalesce(completed, 0) as completed, coalesce(users, 0) as users,
         coalesce(events, '{}') as events
  from day left join started using (day) left join completed using (day) left join active using (day)
  order by day`;

/** Users who have not completed onboarding, by their first unfinished step and how long nothing has happened. Values: flow (null: all), `as_of`. */
export const STUCK = `
  select at_step as step, count(*)::int as users,
         count(*) filter (where idle < interval '1 hour')::int as under_1h,
         count(*) filter (where idle >= interval '1 hour' and idle < interval '1 day')::int as under_1d,
         count(*) filter (where idle >= interval '1 day' and idle < interval '7 days')::int as under_7d,
         count(*) filter (where idle >= interval '7 days' and idle < interval '30 days')::int as under_30d,
         count(*) filter (where idle >= interval '30 days')::int as longer
  from (
    select at_step, $2::timestamptz - last_at as idle from operations.journeys
    where at_step is not null and ($1::text is null or flow = $1)
  ) waiting
  group by 1`;
