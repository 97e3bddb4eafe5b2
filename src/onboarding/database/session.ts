import type { Row } from '../../storage/wire/statement.js';
import type { Progress } from '../flow/progress.js';
import { progressFrom, type ProgressState, type ValidationErrors } from '../flow/progress-state.js';

/** One user's session: whose, since when, how many changes, and the facts of the progress. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** Counts the changes: one event each, without gaps. */
  readonly revision: number;
  readonly updatedAt: Date;
  readonly progress: Progress;
}

/**
 * Names the state of a user's onboarding: the revision, and the session that it counts, since a hard reset begins another session
 * that counts from the start.
 */
export function positionOf(session: Pick<Session, 'id' | 'revision'> | null): string {
  return session ? `${session.revision}.${session.id}` : '0';
}

/** The position as the ETag of what is read. */
export function entityTagOf(session: Session | null): string {
  return `"${positionOf(session)}"`;
}

/** A session from its row as JSON. */
export function sessionFromRow(row: Row): Session {
  return {
    id: row['id'] as string,
    userId: row['user_id'] as string,
    revision: Number(row['revision']),
    updatedAt: new Date(row['updated_at'] as string),
    progress: progressFrom(row as unknown as ProgressState, row['validation_errors'] as ValidationErrors),
  };
}
