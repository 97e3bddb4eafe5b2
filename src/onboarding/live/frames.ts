import type { Since } from '../database/records/progress-events.record.js';
import type { Flow } from '../flow/flow.js';
import type { Terms } from '../flow/terms.js';
import { positionIn } from '../flow/position.js';
import { viewItem } from '../history/history.views.js';
import type { Problem } from '../../ground/problems/problem.js';
import { retryAfter } from './live.problems.js';
import type { Deployment } from '../progress/deployment.js';
import type { StatusView } from '../progress/progress.contract.js';
import type { Due } from './catching-up.js';
import type { ServerMessage } from './live.contract.js';
import { positionAt } from './places.js';
import { textFrame } from './text-frame.js';

/** A message as it is sent: text that several clients of a user share. */
export interface Frame {
  readonly type: ServerMessage['type'];
  readonly position: string;
  readonly text: string;
  /** As a frame of WebSocket, the same for every socket. */
  readonly bytes: Buffer;
}

export function frameOf(message: ServerMessage): Frame {
  const { type, position } = message;
  const text = JSON.stringify(message);
  let bytes: Buffer | undefined;
  return {
    type,
    position,
    text,
    get bytes() {
      return (bytes ??= textFrame(text));
    },
  };
}

/** What is sent before the service ends a connection. */
export function errorFrame(problem: Problem, position: string, retryMs = retryAfter(problem)): Frame {
  const again = retryMs === null ? {} : { retry_ms: retryMs };
  // As the document has it: without what only single problems have.
  const { type, title, status, detail, errors } = problem.toBody();
  const body = { type, title, status, detail, ...(errors && { errors: [...errors] }) };
  return frameOf({ type: 'error', position, problem: body, ...again });
}

/** Writes what was read of a user as messages, once for all clients that are answered in the same flow. */
export class FrameWriter {
  readonly #written = new Map<Flow, Map<string, Frame>>();

  constructor(
    private readonly since: Since,
    private readonly deployment: Deployment,
  ) {}

  /** The flow in which a client is answered. */
  flowOf(terms: Terms): Flow {
    return this.deployment.flowOf(this.since.session ?? null, terms);
  }

  /** @param isLive whether the client has been told that it is live */
  write(due: Extract<Due, { kind: 'snapshot' | 'events' }>, flow: Flow, isLive: boolean): readonly Frame[] {
    const live = this.#status(isLive ? 'status' : 'live', flow);
    if (due.kind === 'events') return [...due.events.map((event) => this.#event(event, flow)), live];
    const snapshot = this.#snapshot(due.reason, flow);
    return isLive ? [snapshot] : [snapshot, live];
  }

  #snapshot(reason: Extract<Due, { kind: 'snapshot' }>['reason'], flow: Flow): Frame {
    return this.#once(flow, reason, () => ({
      type: 'snapshot',
      position: positionAt(this.since.place),
      reason,
      status: this.#view(flow),
    }));
  }

  #status(type: 'live' | 'status', flow: Flow): Frame {
    return this.#once(flow, type, () => ({
      type,
      position: positionAt(this.since.place),
      status: this.#view(flow),
    }));
  }

  #event(event: Extract<Due, { kind: 'events' }>['events'][number], flow: Flow): Frame {
    return this.#once(flow, String(event.revision), () => {
      const { session } = this.since;
      if (!session) throw new Error('Events were read without their session.');
      const { finishedSteps: byDeployment, brandAnalysis } = this.deployment;
      const { documents: _, ...item } = viewItem(event, session, { flow, byDeployment, brandAnalysis });
      return { type: 'event', position: item.position, event: item };
    });
  }

  #view(flow: Flow): StatusView {
    return positionIn(flow, this.since.session?.progress ?? null, this.deployment.finishedSteps);
  }

  #once(flow: Flow, key: string, message: () => ServerMessage): Frame {
    const ofFlow = this.#written.get(flow) ?? new Map<string, Frame>();
    this.#written.set(flow, ofFlow);
    const written = ofFlow.get(key) ?? frameOf(message());
    ofFlow.set(key, written);
    return written;
  }
}
