import { v7 as uuidv7 } from 'uuid';
import type { JsonObject } from '../http/json.js';
import { unchanged, type ProgressFact, type Transition } from '../steps/transitions.js';
import { saveBusinessInfo, type BusinessInfo } from './business-info.js';
import { saveStatement, type DocumentTable, type Patch } from './documents.js';
import { distinctCompetitors } from './entities/competitor-analysis.mapping.js';
import { advanceSession, createSession, deleteSession, lockSession, sessionFromRow, type Session } from './session.js';
import { insertAccessEvent, type AccessFact } from './access-event.js';
import { keysFromRows, readKeys, type SealedKeys } from './sealed-keys.js';
import { snapshotFromRow, snapshotStatement, type Snapshot, type SnapshotTable } from './snapshot.js';
import type { Row, Run, Statement } from './statement.js';

const replaceCompetitors: Statement = {
  name: 'replace-competitors',
  text: `with gone as (delete from competitor_analyses where user_id = $1 and position >= jsonb_array_length($4))
         insert into competitor_analyses as saved (user_id, session_id, created_at, position, url, details)
         select $1, $2, $3, item.position - 1, item.details ->> 'url', item.details
         from jsonb_array_elements($4) with ordinality as item (details, position)
         on conflict (user_id, position) do update
         set url = excluded.url, details = excluded.details, created_at = excluded.created_at`,
};

const START: ProgressFact = { type: 'onboarding_started', step: null, data: {} };

/**
 * One transaction on behalf of one user. Its first act is to take the lock on the user's session, so that what it reads stays
 * true until it ends.
 */
export class UnitOfWork {
  #session: Promise<{ session: Session; created: boolean }> | undefined;

  constructor(
    readonly userId: string,
    /** The moment of every change that is made here. */
    readonly now: Date,
    /** Runs a statement of `src/database` in this transaction. */
    readonly run: Run,
  ) {}

  /** The user's session, locked; made if there is none. */
  async session(): Promise<Session> {
    return (await this.#lockedSession()).session;
  }

  /** Changes the progress by a rule of `steps`, and records each fact as an event with a revision of its own. */
  async change(transition: Transition): Promise<Session> {
    const { session, created } = await this.#lockedSession();
    const { progress, facts } = transition(session.progress, this.now);
    const events = [...(created ? [START] : []), ...facts].map((fact, index) => ({
      ...fact,
      revision: session.revision + index + 1,
    }));
    const last = events.at(-1);
    if (!last) return session;
    await this.run(advanceSession, [
      this.userId,
      session.id,
      last.revision,
      JSON.stringify(progress.steps),
      progress.currentStep,
      progress.percentageFloor,
      progress.startedAt,
      progress.completedAt,
      this.now,
      this.userId,
      JSON.stringify(events),
    ]);
    const changed = { ...session, revision: last.revision, updatedAt: this.now, progress };
    this.#session = Promise.resolve({ session: changed, created: false });
    return changed;
  }

  /** Makes the session if there is none, and leaves one that is there as it is. */
  start(): Promise<Session> {
    return this.change(unchanged);
  }

  /** Saves what the patch holds to the user's one row of the table, and returns that row. */
  async save(table: DocumentTable, patch: Patch): Promise<JsonObject> {
    const { id } = await this.session();
    const [saved] = await this.run(saveStatement(table), [
      this.userId,
      uuidv7(),
      id,
      this.now,
      JSON.stringify(patch.columns),
      JSON.stringify(patch.extra),
      patch.removed,
    ]);
    return saved?.['document'] as JsonObject;
  }

  /** Saves what the user says of the business, and returns the row. */
  async saveBusinessInfo(info: BusinessInfo): Promise<JsonObject> {
    const { id } = await this.session();
    const { business_description, industry, target_audience, business_goals } = info;
    const values = [business_description, industry, target_audience, business_goals];
    const [saved] = await this.run(saveBusinessInfo, [this.userId, uuidv7(), id, this.now, ...values]);
    return saved?.['document'] as JsonObject;
  }

  /** Replaces the user's competitors, by none too. */
  async replaceCompetitors(competitors: readonly JsonObject[]): Promise<void> {
    const { id } = await this.session();
    await this.run(replaceCompetitors, [this.userId, id, this.now, JSON.stringify(distinctCompetitors(competitors))]);
  }

  /** The user's keys as they are stored, behind the session's lock. */
  async keys(): Promise<SealedKeys> {
    await this.session();
    return keysFromRows(await this.run(readKeys, [this.userId]));
  }

  /** Records what somebody else did in the user's name. Does not touch the session. */
  async audit({ actor, action, subject }: AccessFact): Promise<void> {
    await this.run(insertAccessEvent, [this.userId, uuidv7(), actor, action, subject, this.now]);
  }

  /** Reads within the transaction, behind the lock. */
  async read(tables: readonly SnapshotTable[]): Promise<Snapshot> {
    const [row] = await this.run(snapshotStatement(tables), [this.userId]);
    return snapshotFromRow(row as Row);
  }

  /** Removes everything there is of this user. */
  async deleteEverything(): Promise<void> {
    this.#session = undefined;
    await this.run(deleteSession, [this.userId]);
  }

  #lockedSession(): Promise<{ session: Session; created: boolean }> {
    this.#session ??= this.#lock();
    return this.#session;
  }

  /** Both statements travel together. Once more if another transaction deletes the session in between. */
  async #lock(): Promise<{ session: Session; created: boolean }> {
    for (;;) {
      const [made, [locked]] = await Promise.all([
        this.run(createSession, [this.userId, uuidv7(), this.now]),
        this.run(lockSession, [this.userId]),
      ]);
      if (locked) return { session: sessionFromRow(locked['session'] as Row), created: made.length > 0 };
    }
  }
}
