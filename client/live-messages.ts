import type { components } from './schema.js';

type Schemas = components['schemas'];

export type StatusView = Schemas['StatusView'];
export type Problem = Schemas['ProblemView'];

/** The state, where the events that lead to it cannot be had; it stands for all of them. */
export type SnapshotMessage = Schemas['SnapshotMessage'];
/** Something has happened to the user's onboarding. */
export type EventMessage = Schemas['EventMessage'];
export type ErrorMessage = Schemas['ErrorMessage'];

export type ServerMessage =
  | SnapshotMessage
  | EventMessage
  | ErrorMessage
  | Schemas['LiveMessage']
  | Schemas['StatusMessage']
  | Schemas['BeatMessage'];

/** A message of the service. A text that is none is undefined: it is ignored, as is a type from a later version. */
export function parseMessage(text: unknown): ServerMessage | undefined {
  try {
    const message = JSON.parse(String(text)) as ServerMessage | null;
    return typeof message?.type === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
