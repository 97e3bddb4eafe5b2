import { isUserId } from '../../ground/auth/user.js';
import { isJsonObject } from '../../ground/problems/json.js';
import type { OnboardingDatabaseService } from '../../onboarding/database/onboarding-database.service.js';
import { deleteUser } from '../../onboarding/database/records/onboarding-sessions.record.js';
import { positionOf } from '../../onboarding/database/session.js';

/** What an undo has done with a user whom the run had imported: who has changed since stays, and so does who has begun again. */
export const UNDONE = ['removed', 'changed', 'begun again', 'gone'] as const;

export type Undone = (typeof UNDONE)[number];

/** A user whom a run imported, and the state that it wrote. */
export interface ImportedUser {
  readonly userId: string;
  readonly position: string;
}

/**
 * The user of a line of a report, if that run imported one who was not here before; null: another line. Users who were replaced or
 * merged are none: what they had before is not in the report.
 * @throws SyntaxError for a text that is cut off; NoReportLine for any other one that is no line of a report
 */
export function importedUserIn(line: string): ImportedUser | null {
  const value: unknown = JSON.parse(line);
  if (!isJsonObject(value) || typeof value['outcome'] !== 'string') throw new NoReportLine();
  const { outcome, user_id: userId, position } = value;
  if (outcome !== 'imported' || typeof userId !== 'string' || typeof position !== 'string') return null;
  if (!isUserId(userId)) throw new NoReportLine();
  return { userId, position };
}

/** Somebody has edited the report, or it is another file. */
export class NoReportLine extends Error {}

/** Removes users whom a run imported, as long as nothing has changed since. */
export class ImportUndo {
  constructor(private readonly database: OnboardingDatabaseService) {}

  /** @throws DatabaseUnavailable */
  async remove({ userId, position }: ImportedUser): Promise<Undone> {
    const options = { actor: 'system', cause: 'import', startsItself: true } as const;
    try {
      return await this.database.forUser(userId, options, (data) => {
        if (data.isNew) throw new UserGone();
        const { id } = data.session;
        if (positionOf(data.session) !== position) return position.endsWith(`.${id}`) ? 'changed' : 'begun again';
        data.run(deleteUser);
        return 'removed';
      });
    } catch (error) {
      if (error instanceof UserGone) return 'gone';
      throw error;
    }
  }
}

/** Rolls back the session that a unit of work begins for a user who has none. */
class UserGone extends Error {}
