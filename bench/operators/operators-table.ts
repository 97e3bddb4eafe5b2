import type { OperatorsFigures } from '../operators.ts';
import { markdownTable } from '../table.ts';
import type { CompletionCost } from './completion-cost.ts';
import type { LagFigures } from './lag.ts';
import type { Effort } from './timing.ts';
import type { RefreshFigures } from './refreshes.ts';

/** What is wanted, see docs/performance.md. */
const WANTED = { refreshMs: 100, lagMs: 10_000, index: 'progress_events_tx_index', cpu: 0.03, walBytes: 20, hot: 0.9 };

type TableRow = readonly [what: string, wanted: string, seen: string, cpu: string, verdict: string];

/** A row for each figure, and below what else was seen. */
export function textOf({
  users,
  events,
  seedSeconds,
  sizes,
  refreshes,
  reads,
  lag,
  cost,
  loads,
}: OperatorsFigures): string {
  const rows = [
    ...reads.map((timing) => row(timing.name, timing, timing.wanted)),
    ...refreshRows(refreshes),
    ...lagRows(lag),
    ...costRows(cost),
  ];
  const loadsOf = Object.entries(loads).map(([part, load]) => `${part} ${load.toFixed(1)}`);
  return [
    `${users} users with ${events} events, made in ${seedSeconds.toFixed(0)} s`,
    '',
    markdownTable(5, ['what', 'wanted', 'seen: median (p95)', 'CPU of PostgreSQL', 'verdict'], rows),
    '',
    `- rows: ${sizes.map(({ name, rows, megabytes }) => `${name} ${rows} (${megabytes.toFixed(1)} MB)`).join(', ')}`,
    `- first build: ${((refreshes.build.median / users) * 1000).toFixed(0)} µs a user, ${((refreshes.build.cpu / users) * 1000).toFixed(0)} of PostgreSQL’s CPU`,
    ...more(refreshes, lag, cost),
    `- load average after each part: ${loadsOf.join('; ')}`,
  ].join('\n');
}

const verdict = (isMet: boolean): string => (isMet ? 'met' : 'MISSED');
const ms = (value: number): string => value.toFixed(1);
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const both = ({ median, p95 }: { readonly median: number; readonly p95: number }): string =>
  `${ms(median)} (${ms(p95)}) ms`;

function row(what: string, effort: Effort, wantedMs: number | null = null): TableRow {
  const seen = [both(effort), `${ms(effort.cpu)} ms`] as const;
  return wantedMs === null
    ? [what, '', ...seen, '']
    : [what, `< ${wantedMs} ms`, ...seen, verdict(effort.median < wantedMs)];
}

function refreshRows({ build, idle, changed, search }: RefreshFigures): readonly TableRow[] {
  return [
    ['first build of everything', '', seconds(build.median), seconds(build.cpu), ''],
    row('refresh, nothing has changed', idle),
    ...changed.map((effort, place) =>
      row(`refresh, ${effort.users} users have changed`, effort, place === 0 ? WANTED.refreshMs : null),
    ),
    [
      'search for changed users',
      `by ${WANTED.index}`,
      `${search.scans.join(', ')}, ${search.pages} pages`,
      '',
      verdict(search.scans.every((scan) => scan === WANTED.index)),
    ],
  ];
}

function lagRows({ lag }: LagFigures): readonly TableRow[] {
  const worst = `at most ${seconds(lag.max)}`;
  return [
    ['`as_of` behind, 200 completions/s', `< ${WANTED.lagMs / 1000} s`, worst, '', verdict(lag.max < WANTED.lagMs)],
  ];
}

function costRows({ cpu, eventBytes: [before, after], hot: [hotBefore, hot] }: CompletionCost): readonly TableRow[] {
  return [
    [
      'completion: CPU of PostgreSQL',
      `≤ ${percent(WANTED.cpu)}`,
      percent(cpu.ratio),
      '',
      verdict(cpu.ratio <= WANTED.cpu),
    ],
    [
      'event: WAL',
      `≤ ${WANTED.walBytes} bytes`,
      `${(after - before).toFixed(1)} bytes`,
      '',
      verdict(after - before <= WANTED.walBytes),
    ],
    ['HOT updates of sessions', `≥ ${percent(WANTED.hot)}`, percent(hot), '', verdict(hot >= WANTED.hot)],
    ['HOT updates without fillfactor', '', percent(hotBefore), '', ''],
  ];
}

function more(
  { search, changed }: RefreshFigures,
  lag: LagFigures,
  { rounds, cpu, eventBytes, users }: CompletionCost,
): readonly string[] {
  const mean = (pick: (pair: (typeof rounds)[number]) => number) =>
    (rounds.reduce((all, pair) => all + pick(pair), 0) / rounds.length).toFixed(0);
  const statuses = Object.entries(lag.statuses).map(([status, count]) => `${count} × ${status}`);
  return [
    `- search: of ${search.pagesOfEvents} pages of events, after ${search.users} users have changed`,
    `- refresh: ${changed.map(({ users, runs, max }) => `${users} users ${runs} times, at most ${ms(max)} ms`).join('; ')}`,
    `- 200 completions/s for ${lag.seconds} s: ${statuses.join(', ')}; ${both(lag.completions)} each; ${lag.refreshes.count} refreshes of ${both(lag.refreshes)}; behind ${both(lag.lag)}; PostgreSQL ${percent(lag.postgres)} of a core`,
    `- completion: ${users} users, rounds ${percent(cpu.least)} to ${percent(cpu.most)}; CPU µs ${mean(([without]) => without.cpu)} → ${mean(([, with_]) => with_.cpu)}; WAL bytes ${mean(([without]) => without.wal)} → ${mean(([, with_]) => with_.wal)}, with images of pages`,
    `- event: ${eventBytes.map((bytes) => bytes.toFixed(1)).join(' → ')} bytes of WAL`,
  ];
}
