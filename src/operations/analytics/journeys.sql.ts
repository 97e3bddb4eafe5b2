/*
 * The SQL of a refresh: from the events of some users to their compact rows (journeys), and from the old and new rows to what the sums
 * change by. docs/analytics.md defines what is counted.
 *
 * Values of both: $1 the users, $2 the basis (basis.ts) as JSON.
 */

/** Days after the start that a window may have; `LATER` is the class of what happens after all of them, and of no window. */
export const WINDOWS = [1, 7, 14, 30] as const;
export const LATER = 10_000;

const DAY_SECONDS = 86_400;

/** SQL for the smallest window that holds a moment, in seconds after the start. */
const windowOf = (seconds: string) =>
  `case ${WINDOWS.map((days) => `when ${seconds} <= ${days * DAY_SECONDS} then ${days}`).join(' ')} else ${LATER} end`;

/** SQL for the lower bound of the bucket of a duration: seconds below 128, then 64 buckets for each power of two. */
const POWERS = Array.from({ length: 24 }, (_, index) => 2 ** (index + 7));
const bucketOf = (seconds: string) => {
  const width = `width_bucket(${seconds}, array[${POWERS.join(', ')}])`;
  return `(${seconds} >> ${width}) << ${width}`;
};

/** SQL for the whole seconds from the start to a moment, in seconds of the epoch. */
const secondsTo = (moment: string) =>
  `case when ${moment} is not null
        then least(greatest(floor(${moment} - extract(epoch from started_at)), 0), 2147483647)::int end`;

const COLUMNS = 'user_id, flow, started_at, last_at, completed_at, at_step, statuses, finished, activity';

/** The users' journeys, from their events alone. */
const JOURNEYS = `
  basis as (select $2::jsonb as facts),
  step as materialized (
    select key, place::int from basis, jsonb_array_elements_text(facts -> 'steps') with ordinality listed (key, place)
  ),
  chain as materialized (
    select chain ->> 'flow' as flow, listed.key as step, listed.turn::int, step.place,
           facts -> 'finished' ? listed.key as by_deployment
    from basis, jsonb_array_elements(facts -> 'chains') chain,
         jsonb_array_elements_text(chain -> 'steps') with ordinality listed (key, turn)
    join step on step.key = listed.key
  ),
  event as materialized (
    select user_id, type, occurred_at,
      case when state <> '{}' then state else (
        select jsonb_build_object('steps', s.steps, 'started_at', s.started_at, 'completed_at', s.completed_at,
                                  'flow', s.flow, 'flow_source', s.flow_source)
        from onboarding_sessions s where s.user_id = e.user_id and s.revision = e.revision
      ) end as state,
      row_number() over (partition by user_id order by revision desc) as back
    from progress_events e where user_id = any ($1)
  ),
  finish as (
    -- The times of the first events alone are read: to read one takes longer than to find it.
    select user_id, step, coalesce((stated ->> 'completed_at')::timestamptz, occurred_at) as moment
    from (
      select distinct on (user_id, step) user_id, step, stated, occurred_at
      from (
        select user_id, occurred_at, back, entry.key as step, entry.value as stated,
               row_number() over (partition by user_id, entry.key order by back) as unbroken
        from event, jsonb_each(state -> 'steps') entry
        where entry.value ->> 'status' in ('completed', 'skipped')
      ) finished
      where back = unbroken
      order by user_id, step, back desc
    ) first
  ),
  finishes as (
    select user_id, jsonb_object_agg(step, extract(epoch from moment)) as moments from finish group by user_id
  ),
  active as (
    select user_id, jsonb_object_agg(day || ' ' || type, events) as activity
    from (
      select user_id, (occurred_at at time zone 'UTC')::date::text as day, type, count(*) as events
      from event group by 1, 2, 3
    ) counted
    group by user_id
  ),
  stated as (
    select user_id, occurred_at as last_at, state -> 'steps' as steps, (state ->> 'started_at')::timestamptz as started_at,
           (state ->> 'completed_at')::timestamptz as completed_at,
           coalesce(facts -> 'flows' ->> concat(state ->> 'flow', '|', coalesce(state ->> 'flow_source', 'explicit')),
                    facts ->> 'wizard') as flow
    from event, basis where back = 1 and state is not null
  ),
  placed as (
    select user_id, flow, started_at, last_at, completed_at, activity,
      (
        select string_agg(case steps -> key ->> 'status'
                            when 'completed' then 'c' when 'skipped' then 's' when 'failed' then 'f' else '-' end,
                          '' order by place)
        from step
      ) as statuses,
      array(select ${secondsTo('(moments -> key)::numeric')} from step order by place) as finished
    from stated left join finishes using (user_id) left join active using (user_id)
  ),
  journey as materialized (
    select user_id, flow, started_at, last_at, completed_at,
      case when completed_at is null then coalesce((
        select step from chain
        where chain.flow = placed.flow and not by_deployment and substr(statuses, place, 1) not in ('c', 's')
        order by turn limit 1
      ), 'complete') end as at_step,
      statuses, finished, activity
    from placed
  )`;

/** What the rows of a query `signed` add to the sums, or take from them: `sign` is 1 or -1. */
const CONTRIBUTIONS = `
  attempt as materialized (
    select sign, row_number() over () as attempt, flow, (started_at at time zone 'UTC')::date as day,
           (last_at at time zone 'UTC')::date as last_day, ${secondsTo('extract(epoch from completed_at)')} as completed, statuses, finished, activity
    from signed
  ),
  walk as materialized (
    select *, coalesce(max(moment) over earlier, 0) as entered_at, coalesce(bool_and(is_finished) over earlier, true) as is_entered,
           max(moment) over (partition by attempt order by turn) as finished_at
    from (
      select attempt, sign, attempt.flow, day, last_day, step, turn, substr(statuses, place, 1) as status,
             by_deployment or substr(statuses, place, 1) in ('c', 's') as is_finished,
             case when substr(statuses, place, 1) in ('c', 's') then finished[place] else 0 end as moment
      from attempt join chain on chain.flow = attempt.flow
    ) steps
    window earlier as (partition by attempt order by turn rows between unbounded preceding and 1 preceding)
  ),
  passage as materialized (
    select sign, flow, day, last_day, step, status, is_finished, finished_at, ${windowOf('entered_at')} as entered_within,
           case when is_finished then ${windowOf('finished_at')} end as finished_within,
           case when status in ('c', 's') then finished_at - entered_at end as seconds
    from walk where is_entered
    union all
    -- The whole onboarding is a step without a name, entered at the start.
    select sign, flow, day, last_day, '', case when completed is null then '-' else 'c' end, completed is not null, completed, 1,
           ${windowOf('completed')}, completed
    from attempt
  ),
  counts as (
    insert into operations.funnel_counts as kept
    select flow, day, step, within, sum(entered), sum(completed), sum(skipped), sum(failed), sum(timed), sum(seconds)
    from (
      select flow, day, step, entered_within as within, sign as entered, 0 as completed, 0 as skipped,
             case when status = 'f' and not is_finished then sign else 0 end as failed, 0 as timed, 0 as seconds
      from passage
      union all
      select flow, day, step, finished_within, 0, case when status = 's' then 0 else sign end,
             case when status = 's' then sign else 0 end, 0, case when seconds is null then 0 else sign end,
             coalesce(sign * seconds::bigint, 0)
      from passage where is_finished
    ) changes
    group by 1, 2, 3, 4
    having (sum(entered), sum(completed), sum(skipped), sum(failed), sum(timed), sum(seconds)) <> (0, 0, 0, 0, 0, 0)
    on conflict (day, flow, step, within) do update
    set entered = kept.entered + excluded.entered, completed = kept.completed + excluded.completed,
        skipped = kept.skipped + excluded.skipped, failed = kept.failed + excluded.failed,
        timed = kept.timed + excluded.timed, seconds = kept.seconds + excluded.seconds
  ),
  times as (
    insert into operations.funnel_times as kept
    select unit, case unit when 'day' then flow else '' end, date_trunc(unit, day)::date, step, finished_within, bucket, sum(users)
    from (
      select flow, day, step, finished_within, ${bucketOf('seconds')} as bucket, sum(sign) as users
      from passage where seconds is not null
      group by 1, 2, 3, 4, 5 having sum(sign) <> 0
    ) changes, unnest(array['day', 'week', 'month']) unit
    group by 1, 2, 3, 4, 5, 6 having sum(users) <> 0
    on conflict (unit, day, flow, step, within, bucket) do update set users = kept.users + excluded.users
  ),
  standing as (
    insert into operations.funnel_standing as kept
    select flow, day, step, last_day, sum(sign) from passage where not is_finished
    group by 1, 2, 3, 4 having sum(sign) <> 0
    on conflict (day, flow, step, last_day) do update set users = kept.users + excluded.users
  ),
  completions as (
    insert into operations.completions as kept
    select flow, (started_at at time zone 'UTC')::date, (completed_at at time zone 'UTC')::date, sum(sign)
    from signed where completed_at is not null
    group by 1, 2, 3 having sum(sign) <> 0
    on conflict (day, flow, completed_day) do update set users = kept.users + excluded.users
  ),
  daily as (
    insert into operations.activity as kept
    select day, type, sum(events)
    from (
      select left(entry.key, 10)::date as day, substr(entry.key, 12) as type, sign * entry.value::text::bigint as events
      from attempt, jsonb_each(activity) entry
      union all
      -- Users who were active on a day have no type.
      select day::date, '', sign
      from (select distinct attempt, sign, left(entry.key, 10) as day from attempt, jsonb_object_keys(activity) entry (key)) users
    ) events
    group by 1, 2 having sum(events) <> 0
    on conflict (day, type) do update set events = kept.events + excluded.events
  )`;

/** Brings the rows and sums of some users up to date. One row: how many of them have an attempt. */
export const REFRESH_USERS = `
  with ${JOURNEYS},
  old as materialized (select * from operations.journeys where user_id = any ($1)),
  gone as (
    delete from operations.journeys
    where user_id = any ($1) and user_id not in (select user_id from journey)
  ),
  kept as (
    insert into operations.journeys (${COLUMNS}) select ${COLUMNS} from journey
    on conflict (user_id) do update
    set flow = excluded.flow, started_at = excluded.started_at, last_at = excluded.last_at, completed_at = excluded.completed_at,
        at_step = excluded.at_step, statuses = excluded.statuses, finished = excluded.finished, activity = excluded.activity
  ),
  signed as materialized (
    select -1 as sign, ${COLUMNS} from old union all select 1, ${COLUMNS} from journey
  ),
  ${CONTRIBUTIONS}
  select count(*)::int as attempts from journey`;

/** Deletes sums that have come to nothing. */
export const DROP_EMPTY = [
  `delete from operations.funnel_counts
   where entered = 0 and completed = 0 and skipped = 0 and failed = 0 and timed = 0`,
  'delete from operations.funnel_times where users = 0',
  'delete from operations.funnel_standing where users = 0',
  'delete from operations.completions where users = 0',
  'delete from operations.activity where events = 0',
];
