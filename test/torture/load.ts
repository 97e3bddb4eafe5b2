import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { BLANK, type History, type Entry } from './history.js';
import { contains, foreignKeyEnds, marksIn, NOTHING, payload, type Document, type Register } from './marks.js';
import { effectsOf, type EarlierState, type Operation, type RestoredState } from './operation.js';
import { OPERATIONS } from './operations.js';
import type { Random } from './random.js';
import { NoAnswer, type Answer, type Replica } from './replica.js';
import { type User } from './users.js';

/** What a client waits before its next request, when it has been told to come again later. */
const BACK_OFF_MS = 50;

const TOTAL_WEIGHT = OPERATIONS.reduce((sum, { weight }) => sum + weight, 0);

/** Many users at their onboarding, each operation on either process. It writes the history. */
export class Load {
  #stopping = false;
  #workers: Promise<unknown> = Promise.resolve();
  /** Requests to a process that was not there: nothing was asked. */
  notSent = 0;

  constructor(
    readonly users: readonly User[],
    private readonly replicas: readonly Replica[],
    private readonly history: History,
    private readonly random: Random,
  ) {}

  start(workers: number): void {
    const idle = this.users.flatMap((user) => Array.from({ length: user.drivers }, () => user));
    this.#workers = Promise.all(
      Array.from({ length: workers }, async () => {
        while (!this.#stopping) {
          const user = this.random.draw(idle);
          await this.run(user, this.#pickOperation(user));
          idle.push(user);
        }
      }),
    );
    // Its `stop` reports that.
    this.#workers.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#workers;
  }

  async run(user: User, operation: Operation): Promise<Entry | null> {
    const { life, name } = this.random.pick(this.replicas);
    const number = ++user.count;
    const request = operation.request(user, number);
    const sent = performance.now();
    const asked: Asked = { user, number, operation, sent, ...effectsOf(operation, user, number) };
    try {
      const answer = await life.send(request, user.token);
      if (life.signal !== null) this.history.check('what was accepted is answered', true, () => '');
      const entry = this.#note(asked, answer);
      if (answer.status === 503) await pause(BACK_OFF_MS);
      return entry;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const what = () =>
        `${user.id} #${number} ${operation.name} at ${sent.toFixed(0)} ms on ${name}: ${error.message}`;
      if (life.signal === null) this.history.check('a running process answers', false, what);
      // Only a killed process may leave a request that it has begun.
      if (error.accepted) this.history.check('what was accepted is answered', life.signal === 'SIGKILL', what);
      if (error.sent) this.#add({ ...asked, outcome: 'unknown', status: null });
      else this.notSent++;
      await pause(BACK_OFF_MS);
      return null;
    }
  }

  #pickOperation(user: User): Operation {
    for (;;) {
      let left = this.random.next() * TOTAL_WEIGHT;
      const operation = OPERATIONS.find(({ weight }) => (left -= weight) < 0);
      if (operation && operation.isPossible?.(user) !== false) return operation;
    }
  }

  #note(asked: Asked, answer: Answer): Entry {
    const { user, number, operation } = asked;
    const { status, headers, text } = answer;
    const what = () =>
      `${user.id} #${number} ${operation.name}: ${status} ${JSON.stringify(headers)} ${text.slice(0, 2000)}`;
    this.history.check('no 5xx but 503', status < 500 || status === 503, what);
    this.history.check('a request is answered as its kind must be', [...operation.expects, 503].includes(status), what);
    const { users, numbers } = marksIn(text);
    users.delete(user.index);
    const foreign = users.size + foreignKeyEnds(text, user.index).length;
    this.history.check('no answer shows another user’s data', foreign === 0, what);
    if (status >= 400) {
      const isProblem = headers['content-type'] === 'application/problem+json';
      this.history.check('a failure is a problem', isProblem, what);
    }
    if (status === 503) {
      this.history.check('a 503 says when to come again', Number(headers['retry-after']) > 0, what);
      return this.#add({ ...asked, outcome: 'unknown', status });
    }
    const outcome = operation.writes && status !== 200 ? 'refused' : 'acknowledged';
    const isExpected = operation.expects.includes(status);
    const revision = revisionIn(headers.etag);
    user.revision = Math.max(user.revision, revision ?? 0);
    const past = isExpected && operation.showsPast?.(JSON.parse(text));
    if (past) {
      if (past.earlier) this.#noteEarlier(user, past.earlier, what);
      if (past.restored) this.#noteRestored(asked, past.restored, what);
      const event = past.restored?.isChange === false ? null : asked.event;
      return this.#add({ ...asked, ...past, event, outcome, status });
    }
    const shown = isExpected ? operation.shows?.(JSON.parse(text)) : undefined;
    const saw = new Map<Register, string>(Object.entries(shown?.keys ?? {}) as [Register, string][]);
    for (const [document, all] of numbers) {
      this.history.check('a document is of one write', all.size === 1, what);
      saw.set(document, [...all][0] as string);
    }
    for (const [document, read] of Object.entries(shown?.documents ?? {}) as [Document, unknown][]) {
      const value = saw.get(document);
      const whole = value === undefined || contains(read, payload(document, user.index, Number(value)));
      this.history.check('a document is whole', whole, what);
      if (value === undefined) saw.set(document, NOTHING);
    }
    const { percentage = null, statuses = null } = shown ?? {};
    return this.#add({ ...asked, outcome, status, saw, revision, percentage, statuses });
  }

  /** What the user saw there is what a restore has to bring back. */
  #noteEarlier(user: User, { revision, isWhole, numbers }: EarlierState, what: () => string): void {
    this.history.check('a recent revision is still kept', isWhole, what);
    for (const all of numbers.values()) this.history.check('a document is of one write', all.size === 1, what);
    const values = Object.fromEntries([...numbers].map(([document, all]) => [document, [...all].join()]));
    user.earlier = { revision, values, number: user.count };
  }

  #noteRestored({ wrote }: Asked, { from, to }: RestoredState, what: () => string): void {
    for (const all of from.values()) this.history.check('a document is of one write', all.size === 1, what);
    for (const [document, all] of to) {
      const isThat = all.size === 1 && all.has(wrote.get(document) ?? '');
      this.history.check('a restore is of its revision', isThat, what);
    }
  }

  #add(entry: Asked & Pick<Entry, 'outcome' | 'status'> & Partial<Entry>): Entry {
    const whole = { ...BLANK, ended: performance.now(), ...entry };
    this.history.entries.push(whole);
    return whole;
  }
}

/** What is certain before the answer. */
type Asked = Pick<Entry, 'user' | 'number' | 'operation' | 'sent' | 'wrote' | 'event'>;

/** The revision in an ETag; null where there is none, or no session. */
function revisionIn(tag: string | undefined): number | null {
  const [, revision] = /^"(\d+)\./.exec(tag ?? '') ?? [];
  return revision === undefined ? null : Number(revision);
}
