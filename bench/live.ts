import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, postmasterOf, type Database } from './cluster.ts';
import { signIn } from './contestants.ts';
import { Crowd, type LossResult, type Outcome } from './live/crowd.ts';
import type { ChangesResult } from './live/changes.ts';
import { textOf } from './live/live-table.ts';
import type { MemberOptions } from './live/member.ts';
import type { Door } from './live/raw-connection.ts';
import { probed, turnsDuring, type Turns } from './live/turns.ts';
import { writerCosts, type WriterCosts } from './live/writer-cost.ts';
import { Refused } from './options.ts';
import { cpuSeconds, end, familyCpuSeconds, mostOpenFiles, residentMb, waitedSeconds } from './processes.ts';
import type { Report, Run } from './run.ts';
import { chooseUsers, fill, settle } from './seed.ts';
import { Service } from './service.ts';

export interface LiveOptions {
  readonly connections: number;
  /** Of each part that watches what lasts. */
  readonly seconds: number;
  /** Of the comparison of builds. */
  readonly rounds: number;
}

/** Changes a second in the steady state. */
const CHANGES_A_SECOND = 200;

/** Milliseconds in which a process settles before its memory is looked at. */
const SETTLING = 10_000;

/** Connections that a new process has had before its memory counts: what they leave behind is not that of those who stay. */
const WARMING = 500;

/** Files and sockets that a process has open besides. */
const OTHER_FILES = 500;

export interface Opening {
  readonly seconds: number;
  /** Megabytes. */
  readonly before: number;
  readonly after: number;
  /** Microseconds of the service's and of PostgreSQL's processor time for a connection, until it is live. */
  readonly service: number;
  readonly postgres: number;
  readonly refusals: Readonly<Record<number, number>>;
}

/** Shares of a core. */
export interface Stretch {
  readonly service: number;
  readonly postgres: number;
  /** Of the time, in which the service waited for a core. */
  readonly waited: number;
}

export type ChangingStretch = Stretch & { readonly turns: Turns } & Outcome<ChangesResult>;

export interface LiveFigures {
  readonly connections: number;
  readonly streams: Opening;
  readonly sockets: Opening;
  readonly idle: Stretch & { readonly seconds: number; readonly beats: number; readonly losses: number };
  readonly oneProcess: ChangingStretch;
  readonly twoProcesses: ChangingStretch;
  readonly stop: Outcome<LossResult>;
  readonly kill: Outcome<LossResult>;
  readonly writer: WriterCosts;
  /** The machine's, over the last minute, after each part. */
  readonly loads: Readonly<Record<string, number>>;
}

/** Ten thousand clients that watch: what they cost, how soon they are told, and what they do to the service when they lose it. */
export async function live(run: Run, { connections, seconds, rounds }: LiveOptions): Promise<Report> {
  const { build, stops, say } = run;
  const most = (mostOpenFiles() ?? Infinity) - OTHER_FILES;
  if (connections > most)
    throw new Refused(`ulimit -n allows ${most} connections here: raise it, or use --connections.`);
  const database = await (await Cluster.start(build, stops)).createDatabase('bench');
  const filler = await Service.start(build, database.appUrl, stops);
  say(`Making ${connections} users…`);
  await fill(filler.url, database, connections);
  await settle(database);
  await end(filler.child);
  const users = await chooseUsers(database, connections);
  const members = (await Promise.all(users.map(signIn))) as readonly MemberOptions[];
  const directory = mkdtempSync(join(tmpdir(), 'onboarding-bench-'));
  stops.add(() => rmSync(directory, { recursive: true, force: true }));
  const turnsFile = join(directory, 'turns.json');
  const scene: Scene = { run, database, members, crowd: new Crowd(stops), postmaster: await postmasterOf(database) };
  const { crowd } = scene;
  const loads: Record<string, number> = {};
  const part = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    say(`${name}…`);
    const result = await work();
    loads[name] = loadavg()[0] ?? NaN;
    return result;
  };
  const startService = () => Service.start(build, database.appUrl, stops, undefined, probed(turnsFile));

  const writer = await writerCosts(run, database, crowd, { users, rounds });
  const streaming = await startService();
  const streams = await part('server-sent events', () => openAll(scene, streaming, 'events'));
  await crowd.close();
  await end(streaming.child);

  const first = await startService();
  const sockets = await part('sockets', () => openAll(scene, first, 'websocket'));
  const idle = await part('nothing changes', () => watch(scene, first, () => crowd.watch(seconds)));
  const changing = (at: Service) =>
    watch(scene, first, async () => {
      const change = () => crowd.change(at.url, CHANGES_A_SECOND, seconds);
      const [changes, turns] = await turnsDuring(first, turnsFile, change);
      return { ...changes, turns };
    });
  const oneProcess = await part('changes, one process', () => changing(first));
  const second = await startService();
  const twoProcesses = await part('changes, two processes', () => changing(second));
  const stop = await part('a stop', () => crowd.lose(first.pid, 'SIGTERM', second.url));
  await end(first.child);
  const third = await startService();
  const kill = await part('a kill', () => crowd.lose(second.pid, 'SIGKILL', third.url));
  await crowd.close();

  const figures: LiveFigures = {
    connections,
    streams,
    sockets,
    idle: { ...idle, seconds, beats: idle.tally.beats, losses: idle.tally.losses },
    oneProcess,
    twoProcesses,
    stop,
    kill,
    writer,
    loads,
  };
  return { text: textOf(figures), data: { ...figures } };
}

interface Scene {
  readonly run: Run;
  readonly database: Database;
  readonly members: readonly MemberOptions[];
  readonly crowd: Crowd;
  readonly postmaster: number;
}

/** Opens everybody's connection on a new process. */
async function openAll({ crowd, members, postmaster }: Scene, { url, pid }: Service, door: Door): Promise<Opening> {
  await crowd.open(url, door, members.slice(0, WARMING));
  await crowd.close();
  await delay(SETTLING);
  const memory = () => residentMb(pid) ?? NaN;
  const before = memory();
  const [service, postgres] = [cpuSeconds(pid) ?? NaN, familyCpuSeconds(postmaster) ?? NaN];
  const { seconds, tally } = await crowd.open(url, door, members);
  const a = (was: number, is: number | null) => (((is ?? NaN) - was) / members.length) * 1e6;
  const cost = { service: a(service, cpuSeconds(pid)), postgres: a(postgres, familyCpuSeconds(postmaster)) };
  await crowd.watch(SETTLING / 1000);
  return { seconds, before, after: memory(), ...cost, refusals: tally.refusals };
}

/** What a process and PostgreSQL use while something lasts. */
async function watch<T extends object>({ postmaster }: Scene, { pid }: Service, work: () => Promise<T>) {
  const began = performance.now();
  const look = () => [cpuSeconds(pid), familyCpuSeconds(postmaster), waitedSeconds(pid)];
  const before = look();
  const result = await work();
  const seconds = (performance.now() - began) / 1000;
  const shares = look().map((after, index) => ((after ?? NaN) - (before[index] ?? NaN)) / seconds);
  const [service = NaN, postgres = NaN, waited = NaN] = shares;
  return { ...result, service, postgres, waited };
}
