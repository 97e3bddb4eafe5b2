import type { components } from './schema.js';

export type StatusView = components['schemas']['StatusView'];

/** The state, where the events that lead to it cannot be had; it stands for all of them. */
export interface SnapshotMessage {
  readonly type: 'snapshot';
  readonly position: string;
  readonly reason: 'first' | 'reset' | 'unknown_position' | 'too_far_behind';
  readonly status: StatusView;
}

/** Something has happened to the user's onboarding. */
export interface EventMessage {
  readonly type: 'event';
  readonly position: string;
  readonly event: Omit<components['schemas']['HistoryItemView'], 'documents'>;
}

export interface LiveMessage {
  readonly type: 'live';
  readonly position: string;
  readonly status: StatusView;
}

export interface StatusMessage {
  readonly type: 'status';
  readonly position: string;
  readonly status: StatusView;
}

export interface BeatMessage {
  readonly type: 'beat';
  readonly position: string;
}

export interface ErrorMessage {
  readonly type: 'error';
  readonly position: string;
  readonly problem: components['schemas']['ProblemView'];
  readonly retry_ms?: number;
}

export type ServerMessage = SnapshotMessage | EventMessage | LiveMessage | StatusMessage | BeatMessage | ErrorMessage;

/** A message of the service. A text that is none is undefined: it is ignored, as is a type from a later version. */
export function parseMessage(text: unknown): ServerMessage | undefined {
  try {
    const message = JSON.parse(String(text)) as ServerMessage | null;
    return typeof message?.type === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
