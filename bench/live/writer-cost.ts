import { postmasterOf, type Database } from '../cluster.ts';
import { asContestant } from '../contestants.ts';
import { measure, startLoad, type Contestant } from '../measure.ts';
import { CONNECTIONS, OPERATIONS } from '../operations.ts';
import { end, familyCpuSeconds } from '../processes.ts';
import type { Run } from '../run.ts';
import { buildWithout } from '../service-build.ts';
import { Service } from '../service.ts';
import { median } from '../table.ts';
import type { Crowd } from './crowd.ts';

/** Of the build: where a unit of work tells others that it has changed something. */
const TELLING = 'if (unitOfWork.movesOn) this.hints.tell(userId);';

/** Seconds of one measurement. */
const SECONDS = 4;

/** Microseconds of processor time that one completion of step 2 takes. */
interface Cost {
  readonly service: number;
  readonly postgres: number;
}

/** What hints cost a completion, round by round: without them, and with them. */
export interface WriterCost {
  readonly rounds: readonly (readonly [without: Cost, with_: Cost])[];
  /** By how much more a completion costs with hints; the median, the least and the most of the rounds. */
  readonly ratio: number;
  readonly least: number;
  readonly most: number;
}

export interface WriterCosts {
  readonly alone: WriterCost;
  /** While another process listens, to a user of whom nothing changes. */
  readonly heard: WriterCost;
}

/** A build without hints next to the build, in turns. */
export async function writerCosts(
  { build, stops, say }: Run,
  database: Database,
  crowd: Crowd,
  { users, rounds }: { readonly users: readonly string[]; readonly rounds: number },
): Promise<WriterCosts> {
  const [watcher = '', ...writers] = users;
  const postmaster = await postmasterOf(database);
  const load = startLoad(stops);
  const contestants: Contestant[] = [];
  const services: Service[] = [];
  for (const [name, from] of [
    ['without hints', buildWithout(build, TELLING, stops)],
    ['with hints', build],
  ] as const) {
    const service = await Service.start(from, database.appUrl, stops);
    services.push(service);
    contestants.push(await asContestant(name, service, writers));
  }
  const [step2] = OPERATIONS.filter(({ name }) => name === 'step-2-complete');
  const costOf = async (contestant: Contestant): Promise<Cost> => {
    const before = familyCpuSeconds(postmaster) ?? NaN;
    const until = { seconds: SECONDS };
    const done = await measure(load, contestant, step2?.shapes() ?? [], { until, connections: CONNECTIONS });
    const seconds = (familyCpuSeconds(postmaster) ?? NaN) - before;
    return { service: done.cpu ?? NaN, postgres: (seconds / done.requests) * 1e6 };
  };
  const compare = async (title: string): Promise<WriterCost> => {
    const pairs: [Cost, Cost][] = [];
    for (let round = 0; round <= rounds; round++) {
      say(`Completions ${title}: round ${round} of ${rounds}…`);
      const costs: Cost[] = [];
      // Who is first changes from round to round.
      for (const place of round % 2 === 0 ? [0, 1] : [1, 0])
        costs[place] = await costOf(contestants[place] as Contestant);
      // The first one warms up.
      if (round > 0) pairs.push(costs as [Cost, Cost]);
    }
    const ratios = pairs.map(([without, with_]) => total(with_) / total(without) - 1);
    return { rounds: pairs, ratio: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
  };
  const alone = await compare('while nobody listens');
  const listening = await Service.start(build, database.appUrl, stops);
  const { users: signedIn } = await asContestant('listening', listening, [watcher]);
  await crowd.open(listening.url, 'websocket', signedIn as readonly { authorization: string }[]);
  const heard = await compare('while a process listens');
  await crowd.close();
  await Promise.all([...services, listening].map(({ child }) => end(child)));
  return { alone, heard };
}

const total = ({ service, postgres }: Cost): number => service + postgres;
