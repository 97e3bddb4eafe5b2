import { isDeepStrictEqual } from 'node:util';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import {
  DOCUMENT_KEYS,
  DOCUMENT_TABLES,
  TABLES_OF_DOCUMENTS,
  type Content,
  type DocumentKey,
  type Documents,
  type StoredEvent,
  type StoredOnboarding,
  type StoredProgress,
  type Table,
} from './stored-onboarding.js';

/** Columns that a deployment without brand analysis keeps, and does not show. */
const BRAND_COLUMNS = ['brand_analysis', 'content_strategy_insights'];

/** Events that come before the one with which documents change. */
const BEFORE_DOCUMENTS = ['onboarding_started', 'flow_changed', 'api_key_saved'];

/** Fields of the whole progress. */
const FIELDS = ['current_step', 'percentage_floor', 'started_at', 'completed_at', 'onboarding_type'] as const;

const STEPS = ['api_keys', 'website', 'research', 'personalization', 'integrations', 'complete'];

/** One revision as it was. */
export interface Revision {
  readonly event: StoredEvent;
  readonly documents: Documents;
  /** The tables whose documents changed with it. */
  readonly changed: readonly Table[];
  /** Null between two events of one change: nobody could see it then. */
  readonly progress: StoredProgress | null;
  /** What a user saw of the progress then, by flow; empty between two events of one change. */
  readonly seen: Readonly<Record<string, JsonObject>>;
}

/** Which parts of a revision are restored. */
export interface Parts {
  readonly what: 'progress' | 'data' | 'all';
  readonly steps?: readonly DocumentKey[];
}

export interface FieldChange {
  readonly step_key: string | null;
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface Restored {
  readonly restored: { readonly progress: boolean; readonly documents: readonly DocumentKey[] };
  readonly changes: readonly FieldChange[];
}

/** A user's history in plain objects: what each revision was is copied from the tables when it was written. */
export class HistoryModel {
  readonly #revisions: Revision[] = [];

  constructor(
    /** Versions that are kept of each document. */
    private readonly most: number,
    private readonly brandAnalysis: boolean,
  ) {}

  get revisions(): readonly Revision[] {
    return this.#revisions;
  }

  /** Takes up the events of one change, from what was stored before it and after. */
  add(before: StoredOnboarding, after: StoredOnboarding, seen: Revision['seen']): void {
    const events = after.events.slice(before.events.length);
    const changed = tablesThatDiffer(before.documents, after.documents);
    const carrier = events.find(({ type }) => !BEFORE_DOCUMENTS.includes(type)) ?? events.at(-1);
    const last = events.at(-1);
    for (const event of events) {
      this.#revisions.push({
        event,
        documents: carrier && event.revision >= carrier.revision ? after.documents : before.documents,
        changed: event === carrier ? changed : [],
        progress: event === last ? after.progress : null,
        seen: event === last ? seen : {},
      });
    }
  }

  at(revision: number): Revision {
    const found = this.#revisions[revision - 1];
    if (!found) throw new Error(`There is no revision ${revision}.`);
    return found;
  }

  /** Which documents changed with a revision. */
  documentsChangedAt(revision: number): readonly DocumentKey[] {
    return keysOf(this.at(revision).changed);
  }

  /** The earliest revision whose documents in these tables are all kept. */
  oldest(tables: readonly Table[]): number {
    return Math.max(1, ...tables.map((table) => this.#changesOf(table).at(-this.most - 1) ?? 1));
  }

  /** The document of a revision as it is shown; undefined where it is no longer kept. */
  documentAt(revision: number, key: DocumentKey): JsonObject | null | undefined {
    const tables = tablesOf(key);
    if (revision < this.oldest(tables)) return undefined;
    const { documents } = this.at(revision);
    const filled = tables.filter((table) => documents[table] !== null);
    if (filled.length === 0) return null;
    const fields = filled.flatMap((table) => Object.entries(fieldsOf(table, documents[table])));
    return Object.fromEntries(fields.filter(([field]) => this.#isShown(field)));
  }

  /** What a restore of these parts changes in what there is, and how the progress and the documents then are. */
  restore(
    present: StoredOnboarding,
    revision: number,
    parts: Parts,
  ): Restored & Pick<Revision, 'progress' | 'documents'> {
    const earlier = this.at(revision);
    const tables = tablesIn(parts);
    const differing = tablesThatDiffer(present.documents, earlier.documents).filter((table) => tables.includes(table));
    const progress = parts.what === 'data' ? present.progress : earlier.progress;
    if (!progress || !present.progress) throw new Error(`Nobody saw the progress of revision ${revision}.`);
    const ofProgress = progressChanges(present.progress, progress);
    const ofDocuments = differing.flatMap((table) =>
      changesOf(
        DOCUMENT_TABLES[table],
        fieldsOf(table, present.documents[table]),
        fieldsOf(table, earlier.documents[table]),
      ),
    );
    const restored = Object.fromEntries(differing.map((table) => [table, earlier.documents[table]]));
    return {
      restored: { progress: ofProgress.length > 0, documents: keysOf(differing) },
      changes: inOrder([...ofProgress, ...ofDocuments.map(named)]),
      progress,
      documents: { ...present.documents, ...restored },
    };
  }

  #changesOf(table: Table): readonly number[] {
    return this.#revisions.flatMap(({ event, changed }) => (changed.includes(table) ? [event.revision] : []));
  }

  #isShown(field: string): boolean {
    return this.brandAnalysis || !BRAND_COLUMNS.includes(field);
  }
}

export const tablesOf = (key: DocumentKey): readonly Table[] =>
  TABLES_OF_DOCUMENTS.filter((table) => DOCUMENT_TABLES[table] === key);

/** The tables that these parts are in. */
export const tablesIn = ({ what, steps }: Parts): readonly Table[] =>
  what === 'progress' ? [] : (steps ?? DOCUMENT_KEYS).flatMap(tablesOf);

const keysOf = (tables: readonly Table[]): readonly DocumentKey[] =>
  DOCUMENT_KEYS.filter((key) => tablesOf(key).some((table) => tables.includes(table)));

const tablesThatDiffer = (one: Documents, other: Documents): readonly Table[] =>
  TABLES_OF_DOCUMENTS.filter((table) => !isDeepStrictEqual(one[table], other[table]));

/** Columns, and the keys of `extra` next to them. */
function fieldsOf(table: Table, content: Content): JsonObject {
  if (table === 'competitor_analyses') return { competitors: content ?? [] };
  const { extra, ...columns } = (content ?? {}) as JsonObject;
  return Object.fromEntries([...Object.entries(extra ?? {}), ...Object.entries(columns)]);
}

function progressChanges(before: StoredProgress, after: StoredProgress): FieldChange[] {
  const ofAll = FIELDS.flatMap((field) => changeOf(null, field, comparable(before[field]), comparable(after[field])));
  const ofSteps = STEPS.flatMap((step) => {
    const [one, other] = [before.steps[step], after.steps[step]];
    const errors = [before, after].map(({ validation_errors }) => validation_errors[step] ?? []);
    return [
      ...changeOf(step, 'status', one?.status ?? 'pending', other?.status ?? 'pending'),
      ...changeOf(step, 'completed_at', comparable(one?.completed_at), comparable(other?.completed_at)),
      ...(isDeepStrictEqual(errors[0], errors[1]) ? [] : [{ step_key: step, field: 'validation_errors' }]),
    ];
  });
  return [...ofAll, ...ofSteps];
}

/** Times as answers have them: PostgreSQL writes them in its own way. */
function comparable(value: unknown): unknown {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value).toISOString() : (value ?? null);
}

const changeOf = (step_key: string | null, field: string, from: unknown, to: unknown): FieldChange[] =>
  from === to ? [] : [{ step_key, field, from, to }];

function changesOf(step_key: string, before: JsonObject, after: JsonObject): FieldChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields.flatMap((field) => {
    const [from, to] = [before, after].map((document) => (Object.hasOwn(document, field) ? document[field] : null));
    if (isDeepStrictEqual(from, to)) return [];
    return [isShort(from) && isShort(to) ? { step_key, field, from, to } : { step_key, field }];
  });
}

/** Whether a value is a scalar of at most 200 characters. */
function isShort(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return false;
  return (typeof value === 'number' ? digitsOf(value) : [...String(value)].length) <= 200;
}

/** Characters of a number as PostgreSQL writes it: without an exponent. */
function digitsOf(value: number): number {
  const [digits = '', exponent = '0'] = Math.abs(value).toExponential().replace('.', '').split('e');
  const [sign, power] = [value < 0 ? 1 : 0, Number(exponent)];
  if (power < 0) return sign + 1 - power + digits.length;
  return sign + (digits.length > power + 1 ? digits.length + 1 : power + 1);
}

/** By step and field: an answer has them in an order of its own. */
/** Names of fields are cut off after 200 characters. */
const named = (change: FieldChange): FieldChange => ({ ...change, field: [...change.field].slice(0, 200).join('') });

export function inOrder(changes: readonly FieldChange[]): FieldChange[] {
  const nameOf = ({ step_key, field }: FieldChange) => JSON.stringify([step_key, field]);
  return changes.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}
