import { Logger } from '@nestjs/common';
import { hash, randomBytes } from 'node:crypto';
import { channel } from 'node:diagnostics_channel';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { ChannelListener } from '../../storage/wire/channel-listener.js';
import type { Connections } from '../../storage/wire/connections.js';
import { Statement } from '../../storage/wire/statement.js';
import { bind } from './scope.js';

/** The channel of PostgreSQL; each database has its own. */
export const CHANGES_CHANNEL = 'onboarding_changes';

/** Milliseconds between two notifications of a process: each is a commit, and costs as much as a tenth of a change. */
const WINDOW = 8;

/** Characters of a user's mark, of a process's, and marks that one notification holds: PostgreSQL takes 7,999 bytes. */
const MARK_LENGTH = 11;
const SENDER_LENGTH = 8;
const MOST_MARKS = 700;

/** Marks that wait while they cannot be sent; what is beyond is dropped, and found by the checks of those who listen. */
const MOST_WAITING = 20_000;

/** Milliseconds before marks that could not be sent are sent again. */
const RETRY = 1000;

/** Milliseconds that a stop has for the last hints. */
const LAST_HINTS = 1000;

/** Milliseconds between two checks that notifications arrive, and for which one of the process's own may be on its way. */
const CHECK_INTERVAL = 25_000;
const CHECK_TIMEOUT = 5000;

/** What a process's own notification begins with, after the sender. No mark has the character. */
const CHECK = '?';

/** The channel of Node on which hints are counted: `sent`, `lost`, `received`, and whether they are `heard`. */
const counts = channel('onboarding.hints');

/** Values: the channel, what is said. */
const notify = new Statement('notify', 'select from pg_notify($1, $2)');

/**
 * What stands for a user in hints: 66 bits of SHA-256, so that all are of one length. Two users may share one, so it says only that
 * somebody had better look.
 */
export const markOf = (userId: string): string => hash('sha256', userId, 'base64url').slice(0, MARK_LENGTH);

/** What a command over the owner's connection says on the channel; it listens to none itself. */
export const hintAt = (userId: string): string => `${'-'.repeat(SENDER_LENGTH)}${markOf(userId)}`;

/** What a process listens with. */
export interface ChangeEars {
  /** The onboarding of a user with this mark may have changed: the change is committed. */
  readonly onChange: (mark: string) => void;
  /** Hints of other processes may have been lost until now. */
  readonly onGap: () => void;
}

/**
 * Tells the processes of a deployment whose onboarding has changed. A hint is only a reason to look: it may be lost, come twice, or be
 * for nobody. It is sent after the commit, since PostgreSQL commits transactions that notify one by one.
 */
export class ChangeHints {
  readonly #logger = new Logger('hints');
  readonly #sender = randomBytes(6).toString('base64url');
  readonly #waiting = new Set<string>();
  #sending: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  #sentAt = -Infinity;
  #ears: ChangeEars | null = null;
  #listener: ChannelListener | null = null;
  #isHeard = false;
  #hasComplained = false;
  #checks: NodeJS.Timeout | undefined;
  #check: { readonly text: string; readonly timeout: NodeJS.Timeout } | null = null;

  /** @param listenOptions the connection to listen over; it must be none of a pooler's */
  constructor(
    private readonly connections: Connections,
    private readonly listenOptions: pg.ClientConfig,
  ) {}

  /** Tells this process at once, and the others soon. Waits for nothing, and never fails. */
  tell(userId: string): void {
    const mark = markOf(userId);
    this.#ears?.onChange(mark);
    this.#wait([mark]);
    this.#schedule(WINDOW);
  }

  /** Whether hints of other processes arrive: a notification of this process's own did. */
  get isHeard(): boolean {
    return this.#isHeard;
  }

  /** Listens for one part of the process. A connection is open from here on. */
  listen(ears: ChangeEars): void {
    this.#ears = ears;
    this.#listener = new ChannelListener(this.listenOptions, CHANGES_CHANNEL, {
      onPayload: (payload) => this.#receive(payload),
      onListening: () => void this.#checkNow(),
      onLost: (error) => this.#lose(error),
    });
    this.#checks = setInterval(() => this.#checkAgain(), CHECK_INTERVAL).unref();
  }

  async stopListening(): Promise<void> {
    const listener = this.#listener;
    this.#ears = null;
    this.#listener = null;
    this.#isHeard = false;
    counts.publish({ heard: false });
    clearInterval(this.#checks);
    this.#endCheck();
    await listener?.stop();
  }

  /** Sends what waits, once, and listens no more. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.stopListening();
    // Without a database a stop would wait as long as a request does.
    await Promise.race([this.#sendAll(), delay(LAST_HINTS, undefined, { ref: false })]);
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  async #sendAll(): Promise<void> {
    await this.#sending;
    while (this.#waiting.size > 0 && (await this.#send()));
  }

  #wait(marks: readonly string[]): void {
    for (const mark of marks) {
      if (this.#waiting.size < MOST_WAITING) this.#waiting.add(mark);
      else counts.publish({ lost: 1 });
    }
  }

  /** Sends what waits as soon as the last notification is this many milliseconds old; at the earliest when the answer is written. */
  #schedule(window: number): void {
    if (this.#timer || this.#sending) return;
    const wait = Math.max(0, this.#sentAt + window - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sending = this.#send().then((isSent) => {
        this.#sending = null;
        if (this.#waiting.size > 0) this.#schedule(isSent ? WINDOW : RETRY);
      });
    }, wait).unref();
  }

  /** @returns whether it could be sent; otherwise it waits again */
  async #send(): Promise<boolean> {
    const marks = [...this.#waiting].slice(0, MOST_MARKS);
    for (const mark of marks) this.#waiting.delete(mark);
    this.#sentAt = performance.now();
    const isSent = await this.#notify(marks.join(''));
    if (isSent) counts.publish({ sent: marks.length });
    else this.#wait(marks);
    return isSent;
  }

  async #notify(text: string): Promise<boolean> {
    try {
      await this.connections.read([bind(notify, CHANGES_CHANNEL, `${this.#sender}${text}`)]);
      return true;
    } catch (error) {
      this.#logger.debug({ err: error }, 'A notification could not be sent');
      return false;
    }
  }

  #receive(payload: string): void {
    const text = payload.slice(SENDER_LENGTH);
    if (payload.startsWith(this.#sender)) {
      if (text === this.#check?.text) this.#hear();
      return;
    }
    if (text.startsWith(CHECK)) return;
    for (let at = 0; at + MARK_LENGTH <= text.length; at += MARK_LENGTH) {
      this.#ears?.onChange(text.slice(at, at + MARK_LENGTH));
    }
    counts.publish({ received: Math.floor(text.length / MARK_LENGTH) });
  }

  /** Sends a notification to itself, over the pool as all others: a connection that listens through a pooler never hears it. */
  async #checkNow(): Promise<void> {
    if (this.#check) return;
    const text = `${CHECK}${randomBytes(6).toString('base64url')}`;
    const timeout = setTimeout(() => this.#miss(), CHECK_TIMEOUT).unref();
    this.#check = { text, timeout };
    const isSent = await this.#notify(text);
    // Nothing is known then; the connection that listens says itself when the server is gone.
    if (!isSent && this.#check?.text === text) this.#endCheck();
  }

  /** A connection over which nothing is heard may have died without a word: another one is tried. */
  #checkAgain(): void {
    if (this.#isHeard) void this.#checkNow();
    else this.#listener?.restart();
  }

  #endCheck(): void {
    clearTimeout(this.#check?.timeout);
    this.#check = null;
  }

  #hear(): void {
    this.#endCheck();
    if (this.#isHeard) return;
    this.#isHeard = true;
    counts.publish({ heard: true });
    if (this.#hasComplained) this.#logger.warn('Hints of other processes arrive again');
    this.#hasComplained = false;
    this.#ears?.onGap();
  }

  #miss(): void {
    const wasHeard = this.#isHeard;
    this.#endCheck();
    this.#complain(new Error('A notification to the process itself did not arrive.'));
    if (wasHeard) this.#listener?.restart();
  }

  #lose(error: Error): void {
    this.#endCheck();
    this.#complain(error);
  }

  #complain(error: Error): void {
    this.#isHeard = false;
    counts.publish({ heard: false });
    if (this.#hasComplained) return;
    this.#hasComplained = true;
    this.#logger.warn(
      { err: error },
      'Hints of other processes do not arrive, so positions are polled: DATABASE_LISTEN_URL must go around a pooler',
    );
  }
}
