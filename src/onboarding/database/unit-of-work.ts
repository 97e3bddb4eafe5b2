import { v7 as uuidv7 } from 'uuid';
import { countItems, type JsonObject } from '../../ground/problems/json.js';
import type { Progress } from '../flow/progress.js';
import type { ProgressFact, Transition } from '../flow/transitions.js';
import { saveBusinessInfo, type BusinessInfo } from './records/business-info.record.js';
import { replaceCompetitors } from './records/competitor-analyses.record.js';
import {
  DocumentsTooLarge,
  MAX_DOCUMENT_BYTES,
  MAX_DOCUMENT_ITEMS,
  ROW_ITEMS,
  type SizedTable,
} from './document-sizes.js';
import { saveStatement, type DocumentTable, type Patch } from './records/document-table.js';
import { distinctCompetitors } from './records/competitor-errors.js';
import type { SealedKeys } from './records/sealed-keys.record.js';
import { advanceSession, advanceWithDocuments, deleteSession, type Session } from './session.js';
import { snapshotFromRow, snapshotStatement, type Snapshot, type SnapshotTable, type Withheld } from './snapshot.js';
import { Later, type Command, type Row, type Statement } from '../../storage/wire/statement.js';

/** What a unit of work has to know before it decides; read behind the lock, with the session. */
export interface Reads {
  readonly tables?: readonly SnapshotTable[];
  readonly keys?: boolean;
}

/** What there is of the user, behind the lock. */
export interface Opened {
  /** Locked until the transaction ends, so that all of this stays true. */
  readonly session: Session;
  /** Whether this very transaction has made the session. */
  readonly isNew: boolean;
  /** Keys and values that the user's documents have, or a few more. */
  readonly documentItems: number;
  readonly snapshot: Snapshot | null;
  readonly keys: SealedKeys | null;
}

const START: ProgressFact = { type: 'onboarding_started', step: null, data: {} };

/**
 * One transaction on behalf of one user, as a decision: it knows what there is, behind the lock on the user's session, and says
 * what is to be written. It does not wait for anything: `UserDatabase` reads before and writes after, one round trip each.
 */
export class UnitOfWork {
  readonly #writes: Command[] = [];
  readonly #reads: Command[] = [];
  /** The tables whose documents were saved here. */
  readonly #saved = new Set<SizedTable>();
  /** The keys and values that they may have grown by. */
  #items = 0;
  readonly #facts: ProgressFact[] = [];
  #progress: Progress;

  constructor(
    readonly userId: string,
    /** The moment of every change that is made here. */
    readonly now: Date,
    private readonly opened: Opened,
  ) {
    this.#progress = opened.session.progress;
  }

  /** The user's session, with the changes that were made here. */
  get session(): Session {
    const { session } = this.opened;
    if (this.#facts.length === 0) return session;
    return {
      ...session,
      revision: session.revision + this.#facts.length,
      updatedAt: this.now,
      progress: this.#progress,
    };
  }

  /** The tables that were asked for, as they are before this. */
  get stored(): Snapshot {
    return asked(this.opened.snapshot);
  }

  /** The user's keys, sealed, as they are before this. */
  get keys(): SealedKeys {
    return asked(this.opened.keys);
  }

  /** Changes the progress by a rule of `steps`; each fact becomes an event with a revision of its own. */
  change(transition: Transition): Session {
    const { progress, facts } = transition(this.#progress, this.now);
    if (this.opened.isNew && this.#facts.length === 0) this.#facts.push(START);
    this.#facts.push(...facts);
    this.#progress = progress;
    return this.session;
  }

  /** Saves what the patch holds to the user's one row of the table. @throws DocumentsTooLarge */
  save(table: DocumentTable, { columns, extra, removed }: Patch): void {
    const patch = [...this.#measure(table.name, columns, extra), JSON.stringify(removed)];
    this.write(saveStatement(table), [this.userId, uuidv7(), this.session.id, this.now, ...patch]);
  }

  /** Saves what the user says of the business: the row. */
  saveBusinessInfo(info: BusinessInfo): Later<JsonObject> {
    const { business_description, industry, target_audience, business_goals } = info;
    const values = [business_description, industry, target_audience, business_goals];
    return this.write(saveBusinessInfo, [this.userId, uuidv7(), this.session.id, this.now, ...values], documentOf);
  }

  /** Replaces the user's competitors, by none too. @throws DocumentsTooLarge */
  replaceCompetitors(competitors: readonly JsonObject[]): void {
    const distinct = this.#measure('competitor_analyses', distinctCompetitors(competitors));
    this.write(replaceCompetitors, [this.userId, this.session.id, this.now, ...distinct]);
  }

  /** The tables as this leaves them, unless the documents are large: those are read on their own, in turn. */
  read(tables: readonly SnapshotTable[]): Later<Snapshot | Withheld> {
    const answer = new Later(([row]) => ({ ...snapshotFromRow(row as Row), session: this.session }));
    this.#reads.push({ statement: snapshotStatement(tables), values: [this.userId], answer });
    return answer;
  }

  /** Removes everything there is of this user. */
  deleteEverything(): void {
    this.write(deleteSession, [this.userId]);
  }

  /** Runs a statement of `src/database` in this transaction. */
  write<T = void>(
    statement: Statement,
    values: readonly unknown[],
    read: (rows: readonly Row[]) => T = () => undefined as T,
  ): Later<T> {
    const answer = new Later(read);
    this.#writes.push({ statement, values, answer });
    return answer;
  }

  /** The tables whose documents are saved here, for a complaint. */
  get saved(): ReadonlySet<SizedTable> {
    return this.#saved;
  }

  /** All that is to be run, in order; for `UserDatabase`. */
  get commands(): readonly Command[] {
    const advances = this.#facts.length > 0 || this.#saved.size > 0;
    return [...this.#writes, ...(advances ? [this.#advance()] : []), ...this.#reads];
  }

  #advance(): Command {
    const answer = new Later(() => undefined);
    const values = this.#progressValues();
    if (this.#saved.size === 0) return { statement: advanceSession, values, answer };
    const items = this.opened.documentItems + this.#items;
    return items > MAX_DOCUMENT_ITEMS
      ? { statement: advanceWithDocuments(this.#saved, 'counted'), values, answer }
      : { statement: advanceWithDocuments(this.#saved, 'bounded'), values: [...values, items], answer };
  }

  /** Parts of a document as JSON texts. Those that are too large alone are refused here; together with what is stored, by the database. */
  #measure(table: SizedTable, ...parts: readonly unknown[]): string[] {
    this.#saved.add(table);
    const items = parts.reduce((sum: number, part) => sum + countItems(part), 0);
    this.#items += items + ROW_ITEMS;
    const texts = parts.map((part) => JSON.stringify(part));
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    if (items > MAX_DOCUMENT_ITEMS || length > MAX_DOCUMENT_BYTES) throw new DocumentsTooLarge([table]);
    return texts;
  }

  #progressValues(): unknown[] {
    const { id, revision, progress } = this.session;
    const first = revision - this.#facts.length + 1;
    const events = this.#facts.map((fact, index) => ({ ...fact, revision: first + index }));
    return [
      this.userId,
      id,
      revision,
      JSON.stringify(progress.steps),
      progress.currentStep,
      progress.percentageFloor,
      progress.startedAt,
      progress.completedAt,
      this.now,
      this.userId,
      JSON.stringify(events),
    ];
  }
}

function asked<T>(value: T | null): T {
  if (value === null) throw new Error('The unit of work did not say that it would need this');
  return value;
}

function documentOf([row]: readonly Row[]): JsonObject {
  return row?.['document'] as JsonObject;
}
