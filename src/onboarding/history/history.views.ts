import type { JsonObject } from '../../ground/problems/json.js';
import { documentsIn, tablesOf, type DocumentKey, type DocumentTable } from '../database/document-tables.js';
import type { Content, Earlier } from '../database/records/document-versions.record.js';
import type { ProgressEvent } from '../database/records/progress-events.record.js';
import { BRAND_COLUMNS } from '../database/records/website-analysis.record.js';
import { positionOf, type Session } from '../database/session.js';
import type { Flow } from '../flow/flow.js';
import { positionIn } from '../flow/position.js';
import { stepState, type FinishedByDeployment } from '../flow/progress.js';
import { progressFrom, type ProgressState } from '../flow/progress-state.js';
import type {
  EarlierDocumentView,
  EarlierProgressView,
  HistoryItemView,
  HistoryProgressView,
  RevisionView,
} from './history.contract.js';

/** In what views are shown: the user's wizard, and what the deployment has. */
export interface Shown {
  readonly flow: Flow;
  readonly byDeployment: FinishedByDeployment;
  /** Whether brand analysis is switched on. */
  readonly brandAnalysis: boolean;
}

export function viewItem(event: ProgressEvent, session: Session, shown: Shown): HistoryItemView {
  const { revision, type, step, occurredAt, cause, data, state, documents } = event;
  return {
    position: positionOf({ id: session.id, revision }),
    type,
    step_key: step,
    step_number: step && shown.flow.numberOf(step),
    occurred_at: occurredAt.toISOString(),
    actor: viewActor(event, session.userId),
    cause,
    data,
    progress: state && viewProgressOf(state, shown),
    documents: [...documentsIn(documents)],
  };
}

/** Users do not see which operator it was. Events from before there were others, which state nothing, may have the user's id for `user`. */
function viewActor({ actor, state }: ProgressEvent, userId: string): string {
  if (!state && actor === userId) return 'user';
  return actor.startsWith('operator:') ? 'operator' : actor;
}

function viewProgressOf(state: ProgressState, { flow, byDeployment }: Shown): HistoryProgressView {
  const { completion_percentage, current_step, is_completed } = positionIn(flow, progressFrom(state, {}), byDeployment);
  return { completion_percentage, current_step, is_completed };
}

/** The event of a revision states progress. */
export interface StatedEarlier extends Earlier {
  readonly session: Session;
  readonly event: ProgressEvent & { readonly state: ProgressState };
}

export function viewRevision({ session, event, documents, contents }: StatedEarlier, shown: Shown): RevisionView {
  const viewDocument = (key: DocumentKey): EarlierDocumentView => {
    const tables = tablesOf(key);
    if (!tables.every((table) => documents[table].isKept)) return { available: false };
    return { available: true, document: viewContents(tables, contents, shown) };
  };
  return {
    position: positionOf({ id: session.id, revision: event.revision }),
    progress: viewEarlierProgress(event, shown),
    documents: {
      website: viewDocument('website'),
      research: viewDocument('research'),
      personalization: viewDocument('personalization'),
      integrations: viewDocument('integrations'),
      business_info: viewDocument('business_info'),
    },
  };
}

function viewEarlierProgress(
  { state, occurredAt }: StatedEarlier['event'],
  { flow, byDeployment }: Shown,
): EarlierProgressView {
  const progress = progressFrom(state, {});
  const { is_completed, current_step, completion_percentage, started_at, completed_at } = positionIn(
    flow,
    progress,
    byDeployment,
  );
  return {
    steps: flow.steps.map(({ key, number: step_number, title, description }) => {
      const { status, completed_at } = stepState(progress, key);
      return { step_number, title, description, status, completed_at };
    }),
    current_step,
    started_at,
    last_updated: occurredAt.toISOString(),
    is_completed,
    completed_at,
    completion_percentage,
    total_steps: flow.steps.length,
  };
}

/** What was in these tables, with the columns and the keys of `extra` next to each other; null where there was nothing. */
function viewContents(
  tables: readonly DocumentTable[],
  contents: Earlier['contents'],
  { brandAnalysis }: Shown,
): JsonObject | null {
  const filled = tables.filter((table) => contents[table] !== null && contents[table] !== undefined);
  if (filled.length === 0) return null;
  const document = Object.assign({}, ...filled.map((table) => fieldsOf(table, contents[table] ?? null))) as JsonObject;
  if (!brandAnalysis) for (const column of BRAND_COLUMNS) delete document[column];
  return document;
}

function fieldsOf(table: DocumentTable, content: Content): JsonObject {
  if (table === 'competitor_analyses') return { competitors: content };
  const { extra, ...columns } = content as JsonObject;
  return { ...(extra as JsonObject | undefined), ...columns };
}
