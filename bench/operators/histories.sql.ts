/*
 * Users as a deployment has them after half a year: at every step a twelfth of them stays away, a tenth of the steps waits for
 * another day, a quarter of the optional ones is skipped, and some attempts fail at a step or begin anew.
 */

/** SQL for a time as JSON text has it. */
const iso = (moment: string) => `to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** SQL for the JSON text of a step's state. */
const part = (step: string, status: string, completedAt: string) =>
  `format('"%s": {"status": "%s", "completed_at": %s}', ${step}, ${status}, ${completedAt})`;

/** SQL for how many of its steps an attempt is to finish. */
const WANTED = 'least(cardinality(steps), floor(ln(1 - random()) / ln(0.92)))::int as wanted';

/** Values: how many, days, the chains as JSON. A tenth has no wizard remembered and is in the deployment's. */
export const PEOPLE = `
  create temp table person as
  select gen_random_uuid()::text as user_id, gen_random_uuid() as session_id, remembered as flow, steps, random() < 0.06 as begins_anew,
         date_trunc('milliseconds', now() - random() * make_interval(days => $2)) as began_at
  from (
    select ('{six,six,six,six,five,five,four,four,six-intro,null}'::text[])[1 + floor(random() * 10)::int] as remembered
    from generate_series(1, $1)
  ) users
  join (
    select chain ->> 'flow' as id, array(select jsonb_array_elements_text(chain -> 'steps')) as steps
    from jsonb_array_elements($3::jsonb) chain
  ) chains on id = coalesce(remembered, 'six')`;

/** What comes of attempts: when each step was finished, and the parts of their states, one a step. */
const attemptsOf = (source: string) => `
  select user_id, session_id, flow, steps, begins_anew, first_type, first_revision, started_at, done, moments,
         case when fails and done < cardinality(steps) then parts || ${part('steps[done + 1]', `'failed'`, `'null'`)} else parts end as parts
  from (${source}) attempts,
  lateral (
    select count(*)::int as done, coalesce(array_agg(moment order by turn), '{}') as moments,
           coalesce(array_agg(part order by turn), '{}') as parts
    from (
      select turn, moment,
             ${part('steps[turn]', 'status', `case status when 'completed' then to_json(${iso('moment')})::text else 'null' end`)} as part
      from (
        select turn, case when steps[turn] in ('personalization', 'integrations') and random() < 0.25 then 'skipped' else 'completed' end as status,
               date_trunc('milliseconds', started_at + sum(
                 make_interval(secs => exp(random_normal(5, 1.2)) * case when random() < 0.1 then 300 else 1 end)
               ) over (order by turn)) as moment
        from generate_series(1, wanted) turn
      ) walk
      where moment <= now()
    ) finished
  ) passage`;

/** SQL for how many events an attempt has. */
const EVENT_COUNT = '1 + done + cardinality(parts) + (done = cardinality(steps))::int';

export const FIRST_ATTEMPTS = `
  create temp table attempt as ${attemptsOf(`
    select *, 'onboarding_started' as first_type, 1 as first_revision, began_at as started_at, random() < 0.08 as fails, ${WANTED}
    from person`)}`;

export const FURTHER_ATTEMPTS = `
  insert into attempt ${attemptsOf(`
    select user_id, session_id, flow, steps, false as begins_anew, 'onboarding_reset' as first_type,
           first_revision + ${EVENT_COUNT} as first_revision,
           date_trunc('milliseconds', coalesce(moments[done], started_at) + random() * (now() - coalesce(moments[done], started_at))) as started_at,
           random() < 0.08 as fails, ${WANTED}
    from attempt where begins_anew`)}`;

const COMPLETED_AT = 'case when done = cardinality(steps) then moments[done] end';
const stepsOf = (parts: string) => `('{' || array_to_string(${parts}, ', ') || '}')::jsonb`;
const SOURCE = `case when flow is not null then 'explicit' end`;

export const SESSIONS = `
  insert into onboarding_sessions (user_id, id, revision, steps, started_at, updated_at, completed_at, flow, flow_source)
  select distinct on (user_id) user_id, session_id, first_revision + ${EVENT_COUNT} - 1, ${stepsOf('parts')}, started_at,
         coalesce(moments[done], started_at), ${COMPLETED_AT}, flow, ${SOURCE}
  from attempt order by user_id, first_revision desc`;

/** The events of attempts that started in some days, by time. Values: the end of all days, so many days before it, and until so many. */
export const EVENTS = `
  insert into progress_events (user_id, session_id, revision, type, step, state, actor, cause, occurred_at)
  select user_id, session_id, first_revision + place, type, step,
         jsonb_build_object(
           'steps', ${stepsOf('parts[1:finished]')}, 'current_step', null, 'percentage_floor', 0, 'started_at', ${iso('started_at')},
           'completed_at', case when type = 'onboarding_completed' then ${iso('occurred_at')} end,
           'flow', flow, 'flow_source', ${SOURCE}, 'onboarding_type', null
         ),
         'user', 'wizard', occurred_at
  from attempt,
  lateral (
    select *, row_number() over (order by turn, follows) - 1 as place
    from (
      select 0 as turn, 0 as follows, first_type as type, null as step, 0 as finished, started_at as occurred_at
      union all
      select turn, 0, 'data_saved', steps[turn], turn - 1, moments[turn] - (moments[turn] - coalesce(moments[turn - 1], started_at)) / 2
      from generate_series(1, done) turn
      union all
      select turn, 1, case when parts[turn] like '%"skipped"%' then 'step_skipped' else 'step_completed' end, steps[turn], turn, moments[turn]
      from generate_series(1, done) turn
      union all
      select done + 1, 0, 'step_failed', steps[done + 1], done + 1, coalesce(moments[done], started_at) where cardinality(parts) > done
      union all
      select done + 1, 1, 'onboarding_completed', null, done, moments[done] where done = cardinality(steps)
    ) listed
  ) event
  where started_at >= $1::timestamptz - make_interval(days => $2) and started_at < $1::timestamptz - make_interval(days => $3)
  order by occurred_at`;

/**
 * Some of the users who stand still finish their step, in one transaction. Value: how many.
 */
export const FINISH_STEPS = `
  with waiting as (
    select user_id, at_step from operations.journeys
    where at_step is not null and at_step <> 'complete' order by md5(user_id || now()::text) limit $1
  ), latest as (
    select distinct on (user_id) user_id, session_id, revision, at_step, jsonb_set(
      state, array['steps', at_step],
      jsonb_build_object('status', 'completed', 'completed_at', ${iso('now()')})
    ) as state
    from progress_events join waiting using (user_id) order by user_id, revision desc
  ), session as (
    update onboarding_sessions s set revision = latest.revision + 1, steps = latest.state -> 'steps', updated_at = now()
    from latest where s.user_id = latest.user_id
  )
  insert into progress_events (user_id, session_id, revision, type, step, state, actor, cause, occurred_at)
  select user_id, session_id, revision + 1, 'step_completed', at_step, state, 'user', 'wizard', now() from latest`;
