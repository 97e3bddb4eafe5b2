import { isJsonObject, isSameJson } from '../../ground/problems/json.js';
import { documentInRow, type DocumentTable } from '../database/document-tables.js';
import type { SnapshotPart } from '../database/record.js';
import { competitorsRecord } from '../database/records/competitor-analyses.record.js';
import {
  documentChangesWithValues,
  type DocumentChanges,
  type Mark,
  type WebsiteChange,
} from '../database/records/document-changes.record.js';
import { personaRecord } from '../database/records/persona-data.record.js';
import { integrationsRecord } from '../database/records/platform-integrations.record.js';
import { researchRecord } from '../database/records/research-preferences.record.js';
import { savedKeys } from '../database/records/sealed-keys.record.js';
import { ANALYSIS_COLUMNS, comparedAddress, websiteRecord } from '../database/records/website-analysis.record.js';
import type { Snapshot } from '../database/snapshot.js';

const WEBSITE = websiteRecord(true);

/** What is in each table of documents. */
const DOCUMENTS = {
  website_analyses: WEBSITE,
  research_preferences: researchRecord,
  competitor_analyses: competitorsRecord,
  persona_data: personaRecord,
  platform_integrations: integrationsRecord,
} satisfies Partial<Record<DocumentTable, SnapshotPart<unknown>>>;

type Table = keyof typeof DOCUMENTS;

/** What is read to say how facts would be after a change. */
export const PREVIEW_PARTS: readonly SnapshotPart<unknown>[] = [
  savedKeys,
  ...Object.values(DOCUMENTS),
  documentChangesWithValues,
];

/** The snapshot after a change that was not made, with the changes of documents that it would have recorded. */
export function withChanges(before: Snapshot, after: Snapshot, now: Date): Snapshot {
  const changed = (Object.keys(DOCUMENTS) as Table[]).filter((table) => isChanged(DOCUMENTS[table], before, after));
  if (changed.length === 0) return after;
  const earlier = before.of(documentChangesWithValues);
  const time = now.toISOString();
  const website = Object.entries(earlier.website).map(([mark, change]) => {
    const isMark = SETTERS[mark as Mark].some((table) => changed.includes(table));
    const unchanged = { differs: false, changed_at: null, before: null, values: null };
    return [
      mark,
      isMark ? unchanged : changed.includes('website_analyses') ? compared(change, before, after, time) : change,
    ];
  });
  const changes: DocumentChanges = {
    changed_at: { ...earlier.changed_at, ...Object.fromEntries(changed.map((table) => [table, time])) },
    website: Object.fromEntries(website) as DocumentChanges['website'],
  };
  return after.after([{ part: documentChangesWithValues.name, apply: () => changes }], now);
}

/** The tables whose changes set a mark. */
const SETTERS: Readonly<Record<Mark, readonly Table[]>> = {
  research: ['research_preferences', 'competitor_analyses'],
  persona: ['persona_data'],
  period: [],
};

function isChanged(part: SnapshotPart<unknown>, before: Snapshot, after: Snapshot): boolean {
  const [earlier, later] = [before.of(part), after.of(part)];
  return earlier !== later && !isSameJson(contentOf(earlier), contentOf(later));
}

const contentOf = (value: unknown) => (isJsonObject(value) ? documentInRow(value) : value);

/** The website as it would be, compared with that of the mark. */
function compared(change: WebsiteChange, before: Snapshot, after: Snapshot, time: string): WebsiteChange {
  const [earlier, later] = [valuesOf(before), valuesOf(after)];
  if (isSameJson(earlier, later)) return change.changed_at === null ? { ...change, changed_at: time } : change;
  const values = change.changed_at === null ? earlier : change.values;
  return {
    ...change,
    changed_at: change.changed_at ?? time,
    values,
    differs: values === null || !isSameJson(values, later),
  };
}

function valuesOf(snapshot: Snapshot): readonly unknown[] {
  const row = snapshot.of(WEBSITE);
  return ANALYSIS_COLUMNS.map((column) => {
    const value = row?.[column] ?? null;
    return column === 'website_url' ? comparedAddress(value) : value;
  });
}
