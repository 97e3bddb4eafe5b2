import { Cluster } from './cluster.ts';
import { asContestant } from './contestants.ts';
import { measure, startLoad } from './measure.ts';
import { CONNECTIONS, OPERATIONS } from './operations.ts';
import { end, residentMb } from './processes.ts';
import type { Report, Run } from './run.ts';
import { chooseUsers, fill, settle } from './seed.ts';
import { Service } from './service.ts';
import { markdownTable } from './table.ts';

/** How often the memory is looked at. */
const LOOKS = 20;

/** Each user asks twice. */
const ROUNDS = 2;

const ALLOWED_MB = 220;

/** What the service holds on to after many requests of many users: reads, and a write for each five of them. */
export async function memory({ build, stops, say }: Run, { users }: { users: number }): Promise<Report> {
  const cluster = await Cluster.start(build, stops);
  const database = await cluster.createDatabase('bench');
  const filler = await Service.start(build, database.appUrl, stops);
  say(`Making ${users} users…`);
  await fill(filler.url, database, users);
  await settle(database);
  await end(filler.child);
  const asking = await chooseUsers(database, users);
  const load = startLoad(stops);
  const service = await Service.start(build, database.appUrl, stops);
  const look = () => residentMb(service.pid) ?? NaN;
  // Copied keys do not open: nobody touches them here.
  const mixed = OPERATIONS.filter(({ name }) => name !== 'api-keys').flatMap(({ shapes }) => shapes());
  const share = (users * ROUNDS) / LOOKS;
  const looks = [{ requests: 0, memory: look() }];
  for (let done = 0; done < users * ROUNDS; done += share) {
    const from = done % users;
    const contestant = await asContestant('service', service, asking.slice(from, from + share));
    await measure(load, contestant, mixed, { until: { requests: share }, connections: CONNECTIONS });
    looks.push({ requests: done + share, memory: look() });
    say(`${done + share} requests: ${look().toFixed(0)} MB`);
  }
  const after = (part: number) => looks[Math.round(LOOKS * part)]?.memory ?? NaN;
  const verdict = after(1) <= ALLOWED_MB ? 'met' : 'MISSED';
  const rows = looks.map(({ requests, memory }) => [requests.toLocaleString('en'), memory.toFixed(0)]);
  return {
    text: [
      markdownTable(0, ['requests', 'MB'], rows),
      '',
      `At the end ${after(1).toFixed(0)} MB; at most ${ALLOWED_MB}: ${verdict}. Growth in the second half: ${(after(1) - after(0.5)).toFixed(0)} MB.`,
    ].join('\n'),
    data: { users, looks },
  };
}
