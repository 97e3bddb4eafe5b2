import { sample } from '../../test/support/data/samples.ts';
import type { Member } from './member.ts';
import { ask, countBy, pace, type Answer } from './requests.ts';
import { spreadOf, type Spread } from './spread.ts';

const PATH = '/api/onboarding/step/2/complete';

const BODY = JSON.stringify(sample(2));

/** Members that are looked at together in the end. */
const LOOKS_AT_ONCE = 32;

/** Changes under way at a time: where the service does not keep up, a queue of the crowd's would be measured. */
const MOST_UNDER_WAY = 64;

/** Milliseconds of a part of the time. */
const WINDOW = 5000;

/** Milliseconds that an event may take to arrive: longer than any check of the service waits, and than any client. */
const PATIENCE = 60_000;

export interface ChangesResult {
  readonly statuses: Readonly<Record<number, number>>;
  /** Changes that were not made, since too many others were under way. */
  readonly skipped: number;
  /** Changes without an event at the socket: those that were refused, and those whose event never came. */
  readonly late: number;
  /** Members that in the end do not have the position that the service has for them. */
  readonly behind: number;
  /** From the head of the answer to the arrival of its event at the socket; and from before the request was sent. */
  readonly fromAnswer: Spread;
  readonly fromRequest: Spread;
  /** From the answer, in that part of the time in which others had the least of the machine. */
  readonly best: Spread;
}

interface Change {
  readonly member: Member;
  readonly answer: Answer;
  /** NaN: never. */
  readonly arrivedAt: number;
}

/** Members complete step 2, one after the other, and each is to be told. */
export class Changes {
  readonly #members: readonly Member[];
  readonly #url: string;
  readonly #stop: () => void;
  readonly #changes: Change[] = [];
  readonly #underWay = new Map<Member, Promise<void>>();
  #next = 0;
  #skipped = 0;

  /** @param url of the process that gets the changes */
  constructor(members: readonly Member[], url: string, aSecond: number) {
    this.#members = members;
    this.#url = url;
    this.#stop = pace(aSecond, () => this.#change());
  }

  /** Ends the changes, and waits for what is under way. */
  async end(): Promise<ChangesResult> {
    this.#stop();
    await Promise.all(this.#underWay.values());
    const changes = this.#changes;
    const arrived = changes.filter(({ arrivedAt }) => !Number.isNaN(arrivedAt));
    const changed = [...new Set(changes.map(({ member }) => member))];
    let behind = 0;
    const worker = async () => {
      for (let member = changed.pop(); member; member = changed.pop())
        if (!(await this.#isUpToDate(member))) behind += 1;
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, worker));
    return {
      statuses: countBy(changes.map(({ answer }) => answer.status)),
      skipped: this.#skipped,
      late: changes.length - arrived.length,
      behind,
      fromAnswer: spreadOf(arrived.map(({ arrivedAt, answer }) => arrivedAt - answer.answeredAt)),
      fromRequest: spreadOf(arrived.map(({ arrivedAt, answer }) => arrivedAt - answer.sentAt)),
      best: bestOf(arrived),
    };
  }

  #change(): void {
    const member = this.#members[this.#next++ % this.#members.length] as Member;
    if (this.#underWay.size >= MOST_UNDER_WAY || this.#underWay.has(member)) {
      this.#skipped += 1;
      return;
    }
    this.#underWay.set(
      member,
      this.#changeFor(member).finally(() => this.#underWay.delete(member)),
    );
  }

  /** The event may be there before the answer. */
  async #changeFor(member: Member): Promise<void> {
    let arrivedAt = NaN;
    const arrived = new Promise<void>((arrive) => {
      member.onEvent = () => {
        // All events of one change come together.
        if (Number.isNaN(arrivedAt)) arrivedAt = performance.now();
        arrive();
      };
    });
    const answer = await ask(this.#url + PATH, member.authorization, BODY);
    if (answer.status === 200) await within(PATIENCE, arrived);
    member.onEvent = () => undefined;
    this.#changes.push({ member, answer, arrivedAt });
  }

  /** Whether the member has the position that the service has for it; it was the member itself who changed it last. */
  async #isUpToDate({ authorization, revision }: Member): Promise<boolean> {
    const status = await ask(`${this.#url}/api/onboarding/status`, authorization);
    return status.revision === revision;
  }
}

/** The window with the least p99. */
function bestOf(changes: readonly Change[]): Spread {
  const windows = Map.groupBy(changes, ({ answer }) => Math.floor(answer.answeredAt / WINDOW));
  // The first and the last one may be parts.
  const whole = [...windows.values()].slice(1, -1);
  const spreads = whole.map((window) => spreadOf(window.map(({ arrivedAt, answer }) => arrivedAt - answer.answeredAt)));
  const [best = spreadOf([])] = spreads.toSorted((a, b) => a.p99 - b.p99);
  return best;
}

/** Waits so long at most. */
async function within(milliseconds: number, work: Promise<void>): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise((done) => (late = setTimeout(done, milliseconds)))]);
  clearTimeout(late);
}
