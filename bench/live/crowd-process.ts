// The crowd: its own process, with all the clients that watch, and with those who change what they watch.
import { setTimeout as delay } from 'node:timers/promises';
import { answer } from '../messages.ts';
import { Changes } from './changes.ts';
import type { CrowdTask, LossResult, OpenResult, Outcome, TaskResult } from './crowd.ts';
import { emptyTally, Member } from './member.ts';
import type { Door } from './raw-connection.ts';
import { ask, countBy, pace, type Answer } from './requests.ts';
import { spreadOf } from './spread.ts';

/** Members that open their connection at a time; milliseconds before one is tried again, and until all must be open. */
const AT_ONCE = 200;
const AGAIN = 500;
const DEADLINE = 120_000;

/** Reads and changes a second next to the return of those who have lost their process, from so many milliseconds before. */
const READS_A_SECOND = 50;
const CHANGES_A_SECOND = 20;
const BEFORE = 2000;

/** Those who read while the others come back. */
const READERS = 100;

let members: readonly Member[] = [];
const tally = emptyTally();
let door: Door = 'websocket';

async function run(task: CrowdTask): Promise<Outcome<TaskResult>> {
  Object.assign(tally, emptyTally());
  const began = process.cpuUsage();
  const startedAt = performance.now();
  const result = await resultOf(task);
  const { user, system } = process.cpuUsage(began);
  const load = (user + system) / 1000 / (performance.now() - startedAt);
  return { ...result, tally: { ...tally }, load };
}

function resultOf(task: CrowdTask): Promise<TaskResult> {
  switch (task.kind) {
    case 'open':
      return open(task);
    case 'change':
      return change(task);
    case 'lose':
      return lose(task);
    case 'watch':
      return delay(task.seconds * 1000, {});
    case 'close':
      return close();
  }
}

async function open({ url, users, door: by }: Extract<CrowdTask, { kind: 'open' }>): Promise<OpenResult> {
  door = by;
  members = users.map((user) => new Member(user, tally));
  const began = performance.now();
  const left = [...members];
  const worker = async () => {
    for (let member = left.pop(); member; member = left.pop()) await openOne(member, url, began + DEADLINE);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const seconds = (performance.now() - began) / 1000;
  return { seconds, toLive: spreadOf(members.map(({ liveAt, triedAt }) => liveAt - triedAt)) };
}

async function openOne(member: Member, url: string, deadline: number): Promise<void> {
  while (!member.isLive) {
    if (performance.now() > deadline) throw new Error(`Not all could connect: ${JSON.stringify(tally)}`);
    await new Promise<void>((done) => {
      member.onLive = member.onEnd = done;
      member.connect(url, door);
    });
    if (!member.isLive) await delay(AGAIN);
  }
  member.onLive = member.onEnd = () => undefined;
}

async function change({ url, aSecond, seconds }: Extract<CrowdTask, { kind: 'change' }>) {
  const changes = new Changes(members, url, aSecond);
  await delay(seconds * 1000);
  return changes.end();
}

async function lose({ pid, signal, url }: Extract<CrowdTask, { kind: 'lose' }>): Promise<LossResult> {
  const readers = members.slice(0, READERS);
  const reads: Promise<Answer>[] = [];
  const endReads = pace(READS_A_SECOND, () => {
    const { authorization } = readers[reads.length % readers.length] as Member;
    reads.push(ask(`${url}/api/onboarding/status`, authorization));
  });
  const changes = new Changes(members, url, CHANGES_A_SECOND);
  await delay(BEFORE);
  let attempts = 0;
  const returned = new Promise<void>((done) => {
    const away = new Set(members);
    for (const member of members) {
      member.onLive = () => {
        away.delete(member);
        if (away.size === 0) done();
      };
      member.onEnd = () => {
        away.add(member);
        setTimeout(() => {
          attempts += 1;
          member.connect(url, door);
        }, member.nextWait());
      };
    }
  });
  const signalledAt = performance.now();
  process.kill(pid, signal);
  await Promise.race([returned, delay(DEADLINE)]);
  const { behind, statuses } = await changes.end();
  endReads();
  const answers = await Promise.all(reads);
  for (const member of members) member.onLive = member.onEnd = () => undefined;
  const lost = members.map(({ lostAt }) => lostAt).toSorted((a, b) => a - b);
  const [first = NaN, last = NaN] = [lost[0], lost.at(-1)];
  const live = members.filter(({ isLive }) => isLive);
  return {
    attempts,
    notServed: members.length - live.length,
    firstLost: (first - signalledAt) / 1000,
    losing: (last - first) / 1000,
    allServed: (Math.max(...live.map(({ liveAt }) => liveAt)) - first) / 1000,
    gone: spreadOf(live.map(({ liveAt, lostAt }) => liveAt - lostAt)),
    toLive: spreadOf(live.map(({ liveAt, triedAt }) => liveAt - triedAt)),
    reads: spreadOf(answers.map(({ answeredAt, sentAt }) => answeredAt - sentAt)),
    readStatuses: countBy(answers.map(({ status }) => status)),
    changeStatuses: statuses,
    behind,
  };
}

async function close(): Promise<object> {
  for (const member of members) member.leave();
  members = [];
  await delay(AGAIN);
  return {};
}

answer(run);
