import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What the channels publish. */
interface Connection {
  readonly door: string;
  readonly opened?: number;
  readonly code?: number | string;
}
interface Message {
  readonly snapshot?: string;
  readonly events?: number;
  readonly isReplay?: boolean;
}
interface Hint {
  readonly heard?: boolean;
  readonly sent?: number;
  readonly received?: number;
  readonly lost?: number;
}

/** Counts clients that watch, what they are told, and the hints between processes. */
export class LiveMetrics {
  readonly #channels: readonly (readonly [string, (message: unknown) => void])[];

  constructor(registry: Registry) {
    const registers = [registry];
    const open = new Gauge({
      name: 'live_connections',
      help: 'Sockets and streams of clients that watch',
      labelNames: ['door'],
      registers,
    });
    const ended = new Counter({
      name: 'live_connections_ended_total',
      help: 'Sockets and streams that have ended, by their close code, the status of their last problem, or why they were cut',
      labelNames: ['door', 'code'],
      registers,
    });
    const snapshots = new Counter({
      name: 'live_snapshots_total',
      help: 'Snapshots in place of events, by their reason',
      labelNames: ['reason'],
      registers,
    });
    const replays = new Counter({
      name: 'live_replays_total',
      help: 'Clients that got events they had missed',
      registers,
    });
    const events = new Counter({ name: 'live_events_sent_total', help: 'Events that clients were told', registers });
    const hints = new Counter({
      name: 'live_hints_total',
      help: 'Hints at changes of users, between processes',
      labelNames: ['what'],
      registers,
    });
    const heard = new Gauge({
      name: 'live_hints_heard',
      help: '1: hints of other processes arrive. 0 while clients watch: positions are polled instead',
      registers,
    });
    this.#channels = [
      [
        'onboarding.live.connections',
        (message) => {
          const { door, opened, code } = message as Connection;
          open.inc({ door }, opened ? 1 : -1);
          if (code !== undefined) ended.inc({ door, code });
        },
      ],
      [
        'onboarding.live.messages',
        (message) => {
          const { snapshot, events: count = 0, isReplay } = message as Message;
          if (snapshot !== undefined) snapshots.inc({ reason: snapshot });
          if (isReplay) replays.inc();
          events.inc(count);
        },
      ],
      [
        'onboarding.hints',
        (message) => {
          const { heard: isHeard, ...counts } = message as Hint;
          if (isHeard !== undefined) heard.set(isHeard ? 1 : 0);
          for (const [what, count] of Object.entries(counts)) hints.inc({ what }, count);
        },
      ],
    ];
  }

  start(): void {
    for (const [name, count] of this.#channels) subscribe(name, count);
  }

  stop(): void {
    for (const [name, count] of this.#channels) unsubscribe(name, count);
  }
}
