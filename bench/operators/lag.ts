import { setTimeout as delay } from 'node:timers/promises';
import { sample } from '../../test/support/data/samples.ts';
import { asSuperuser, postmasterOf, type Database } from '../cluster.ts';
import { signIn } from '../contestants.ts';
import { ask, countBy, pace } from '../live/requests.ts';
import { end, familyCpuSeconds } from '../processes.ts';
import type { Run } from '../run.ts';
import { Service } from '../service.ts';
import type { Numbers } from './numbers.ts';
import { catchUp } from './refreshes.ts';
import { timingOf, type Timing } from './timing.ts';

const COMPLETIONS_A_SECOND = 200;

/** Users who complete a step in turn. */
const USERS = 5000;

/** Milliseconds between two refreshes. */
const PAUSE_MS = 2000;

/** Milliseconds between two looks at how far behind the numbers are. */
const LOOK_MS = 100;

export interface LagFigures {
  readonly seconds: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<number, number>>;
  /** Milliseconds that a completion took. */
  readonly completions: Timing;
  /** Milliseconds for which the numbers were behind. */
  readonly lag: Timing;
  readonly refreshes: Timing & { readonly count: number };
  /** PostgreSQL's share of a core. */
  readonly postgres: number;
}

/** How far the numbers are behind while users complete steps, and whether users feel it. */
export async function lagFigures(
  { build, stops }: Run,
  database: Database,
  { refresh }: Numbers,
  seconds: number,
): Promise<LagFigures> {
  const service = await Service.start(build, database.appUrl, stops);
  const users = await Promise.all((await usersOfSixPages(database)).map(signIn));
  const [url, body] = [`${service.url}/api/onboarding/step/2/complete`, JSON.stringify(sample(2))];
  const postmaster = await postmasterOf(database);
  const [times, lags, answers]: [number[], number[], Promise<{ status: number; took: number }>[]] = [[], [], []];
  const ending = new AbortController();
  await catchUp({ refresh });
  const whole = { began: performance.now(), cpu: familyCpuSeconds(postmaster) ?? NaN };
  const stop = pace(COMPLETIONS_A_SECOND, () => {
    const { authorization } = users[answers.length % users.length] ?? { authorization: '' };
    answers.push(
      ask(url, authorization, body).then((answer) => ({ ...answer, took: answer.answeredAt - answer.sentAt })),
    );
  });
  const refreshing = until(ending.signal, PAUSE_MS, async () => {
    const began = performance.now();
    await catchUp({ refresh });
    times.push(performance.now() - began);
  });
  const looking = asSuperuser(database.superuserUrl, (client) =>
    until(ending.signal, LOOK_MS, async () => {
      const { rows } = await client.query<{ lag: number }>(LAG);
      lags.push(rows[0]?.lag ?? NaN);
    }),
  );
  await delay(seconds * 1000);
  stop();
  ending.abort();
  const share = ((familyCpuSeconds(postmaster) ?? NaN) - whole.cpu) / ((performance.now() - whole.began) / 1000);
  await Promise.all([refreshing, looking]);
  const done = await Promise.all(answers);
  await end(service.child);
  return {
    seconds,
    statuses: countBy(done.map(({ status }) => status)),
    completions: timingOf(done.map(({ took }) => took)),
    lag: timingOf(lags),
    refreshes: { count: times.length, ...timingOf(times) },
    postgres: share,
  };
}

const LAG = `select extract(epoch from clock_timestamp() - as_of)::float8 * 1000 as lag from operations.watermark`;

async function until(ending: AbortSignal, pauseMs: number, work: () => Promise<void>): Promise<void> {
  while (!ending.aborted) {
    await work();
    await delay(pauseMs, undefined, { signal: ending }).catch(() => undefined);
  }
}

/** The sample is what a wizard of six pages posts. */
function usersOfSixPages({ superuserUrl }: Database): Promise<readonly string[]> {
  return asSuperuser(superuserUrl, async (client) => {
    const { rows } = await client.query<{ user_id: string }>(
      `select user_id from onboarding_sessions where flow = 'six' order by md5(user_id) limit $1`,
      [USERS],
    );
    return rows.map(({ user_id }) => user_id);
  });
}
