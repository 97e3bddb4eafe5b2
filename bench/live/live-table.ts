import type { ChangingStretch, LiveFigures, Opening } from '../live.ts';
import { markdownTable } from '../table.ts';
import type { LossResult, Outcome } from './crowd.ts';
import type { WriterCost } from './writer-cost.ts';

/** What is wanted, see docs/performance.md. */
const WANTED = {
  socketKb: 16,
  streamKb: 25,
  p50: 10,
  p99: 50,
  writer: 0.08,
  returnSeconds: 12,
  idle: 0.02,
  turn: 50,
};

type TableRow = readonly [what: string, wanted: string, seen: string, verdict: string, more: string];

/** A row for each thing that is wanted, and below what else was seen. */
export function textOf(figures: LiveFigures): string {
  const { connections, sockets, streams, oneProcess, twoProcesses, writer, loads } = figures;
  const rows = [
    memory('a WebSocket', sockets, connections, WANTED.socketKb),
    memory('a stream', streams, connections, WANTED.streamKb),
    latency('one process', oneProcess),
    latency('two processes', twoProcesses),
    integrity(figures),
    cost('nobody listens', writer.alone),
    cost('one process listens', writer.heard),
    returning('after a stop', figures.stop),
    returning('after a kill -9', figures.kill),
    idle(figures),
    turns('one process', oneProcess),
    turns('two processes', twoProcesses),
  ];
  const table = rows.map(([what, wanted, seen, verdict]) => [what, wanted, seen, verdict]);
  const loadsOf = Object.entries(loads).map(([part, load]) => `${part} ${load.toFixed(1)}`);
  return [
    markdownTable(4, ['what', 'wanted', 'seen', 'verdict'], table),
    '',
    ...rows.map(([what, , , , more]) => `- ${what}: ${more}`),
    `- load average after each part: ${loadsOf.join('; ')}`,
  ].join('\n');
}

const verdict = (isMet: boolean): string => (isMet ? 'met' : 'MISSED');
const ms = (value: number): string => value.toFixed(1);
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const counts = (statuses: Readonly<Record<number, number>>): string =>
  Object.entries(statuses)
    .map(([status, count]) => `${count} × ${status}`)
    .join(', ') || 'none';

function memory(what: string, opening: Opening, connections: number, wanted: number): TableRow {
  const { before, after, seconds, service, postgres, refusals } = opening;
  const kb = ((after - before) * 1024) / connections;
  const more = [
    `${before.toFixed(0)} → ${after.toFixed(0)} MB`,
    `all live after ${seconds.toFixed(1)} s`,
    `CPU µs each: service ${service.toFixed(0)}, PostgreSQL ${postgres.toFixed(0)}`,
    `refusals: ${counts(refusals)}`,
  ];
  return [`memory of ${what}`, `≤ ${wanted} kB`, `${kb.toFixed(1)} kB`, verdict(kb <= wanted), more.join('; ')];
}

function latency(where: string, changing: ChangingStretch): TableRow {
  const { fromAnswer, fromRequest, best, skipped, service, postgres, load } = changing;
  return [
    `change → socket, ${where}`,
    `p50 ≤ ${WANTED.p50}, p99 ≤ ${WANTED.p99} ms`,
    `${ms(fromAnswer.p50)}, ${ms(fromAnswer.p99)} ms`,
    verdict(fromAnswer.p50 <= WANTED.p50 && fromAnswer.p99 <= WANTED.p99),
    [
      `${fromAnswer.n} changes, ${skipped} that the machine could not take`,
      `at most ${ms(fromAnswer.max)}; in the best five seconds ${ms(best.p50)}, ${ms(best.p99)}; from before the request ${ms(fromRequest.p50)}, ${ms(fromRequest.p99)}`,
      `of a core: told by ${percent(service)}, PostgreSQL ${percent(postgres)}, crowd ${percent(load)}`,
    ].join('; '),
  ];
}

/** Over all parts in which something changes. */
function integrity({ oneProcess, twoProcesses, stop, kill }: LiveFigures): TableRow {
  const parts = [oneProcess, twoProcesses, stop, kill];
  const sum = (pick: (part: (typeof parts)[number]) => number) => parts.reduce((all, each) => all + pick(each), 0);
  const [missing, doubled] = [sum(({ tally }) => tally.missing), sum(({ tally }) => tally.doubled)];
  const behind = sum((part) => part.behind);
  const snapshots = sum(({ tally }) => tally.snapshots);
  const changes = oneProcess.fromAnswer.n + twoProcesses.fromAnswer.n;
  const answers = [oneProcess.statuses, twoProcesses.statuses, stop.changeStatuses, kill.changeStatuses].map(counts);
  return [
    'events missing, doubled',
    '0, 0',
    `${missing}, ${doubled}`,
    verdict(missing + doubled + behind + snapshots === 0),
    `${changes} while connected, the others across the losses; behind in the end: ${behind}; snapshots instead: ${snapshots}; answers: ${answers.join('; ')}`,
  ];
}

function cost(when: string, { rounds, ratio, least, most }: WriterCost): TableRow {
  const mean = (pick: (pair: (typeof rounds)[number]) => number) =>
    (rounds.reduce((all, pair) => all + pick(pair), 0) / rounds.length).toFixed(0);
  return [
    `cost to the writer, ${when}`,
    `≤ ${percent(WANTED.writer)}`,
    percent(ratio),
    verdict(ratio <= WANTED.writer),
    [
      `rounds ${percent(least)} to ${percent(most)}`,
      `CPU µs: service ${mean(([without]) => without.service)} → ${mean(([, with_]) => with_.service)}`,
      `PostgreSQL ${mean(([without]) => without.postgres)} → ${mean(([, with_]) => with_.postgres)}`,
    ].join('; '),
  ];
}

function returning(when: string, loss: Outcome<LossResult>): TableRow {
  const { allServed, notServed, losing, gone, toLive, reads, readStatuses, attempts, tally, load } = loss;
  const isQuiet = (readStatuses[503] ?? 0) === 0 && (readStatuses[0] ?? 0) === 0;
  return [
    `all are live again ${when}`,
    `≤ ${WANTED.returnSeconds} s, no 503`,
    notServed > 0 ? `${notServed} are not` : `${allServed.toFixed(1)} s, ${readStatuses[503] ?? 0} × 503`,
    verdict(notServed === 0 && allServed <= WANTED.returnSeconds && isQuiet),
    [
      `lost within ${losing.toFixed(1)} s; each gone for at most ${(gone.max / 1000).toFixed(1)} s`,
      `connecting → live p50 ${ms(toLive.p50)}, p99 ${ms(toLive.p99)} ms`,
      `status p50 ${ms(reads.p50)}, p99 ${ms(reads.p99)}, at most ${ms(reads.max)} ms (${counts(readStatuses)})`,
      `${attempts} attempts, refusals: ${counts(tally.refusals)}; crowd ${percent(load)} of a core`,
    ].join('; '),
  ];
}

function idle({ idle: { service, postgres, seconds, beats, losses, waited }, connections }: LiveFigures): TableRow {
  return [
    'beats and checks, nothing changes',
    `≤ ${percent(WANTED.idle)} of a core`,
    percent(service),
    verdict(service <= WANTED.idle),
    `PostgreSQL ${percent(postgres)}; ${seconds} s, ${connections} sockets, ${beats} beats, ${losses} losses; waited for a core ${percent(waited)} of the time`,
  ];
}

function turns(where: string, { turns: { turn, work }, waited }: ChangingStretch): TableRow {
  return [
    `longest turn with changes, ${where}`,
    `≤ ${WANTED.turn} ms`,
    `${ms(turn)} ms`,
    verdict(turn <= WANTED.turn),
    `at most ${ms(work)} ms of it work; waited for a core ${percent(waited)} of the time`,
  ];
}
