import { Injectable } from '@nestjs/common';
import { withHeaders } from '../../ground/http/answer-headers.js';
import { InvalidInput } from '../../ground/problems/problem.js';
import {
  DOCUMENT_KEYS,
  documentsIn,
  tablesOf,
  type DocumentKey,
  type DocumentTable,
} from '../database/document-tables.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import type { Command } from '../database/record.js';
import { businessInfoRecord } from '../database/records/business-info.record.js';
import { competitorsRecord } from '../database/records/competitor-analyses.record.js';
import {
  differencesTo,
  earlierAt,
  wholeEarlierAt,
  type Differences,
} from '../database/records/document-versions.record.js';
import { personaRecord } from '../database/records/persona-data.record.js';
import { integrationsRecord } from '../database/records/platform-integrations.record.js';
import { eventsBefore, statedAt } from '../database/records/progress-events.record.js';
import { researchRecord } from '../database/records/research-preferences.record.js';
import { websiteRecord } from '../database/records/website-analysis.record.js';
import { entityTagOf, positionOf, type Session } from '../database/session.js';
import { headersOf } from '../flow/flow.problems.js';
import { progressFrom } from '../flow/progress-state.js';
import type { StatedEvent } from '../flow/replay.js';
import type { Terms } from '../flow/terms.js';
import { restore, type Restorable } from '../flow/transitions.js';
import { Deployment } from '../progress/deployment.js';
import type { HistoryView, RestoredView, RevisionView } from './history.contract.js';
import { RevisionGone, RevisionNotFound } from './history.problems.js';
import { viewItem, viewRevision, type Shown, type StatedEarlier } from './history.views.js';
import { documentChanges, progressChanges } from './restored-changes.js';

/** Which part of the history is listed. */
export interface HistoryPage extends Terms {
  /** Items, from 1 to 200. */
  readonly limit?: number | undefined;
  /** The revision before which they are; left out: the latest. */
  readonly before?: number | undefined;
}

/** What is to be as it was after the event of a revision. */
export interface Restoring extends Terms {
  readonly revision: number;
  readonly what: Restorable;
  /** Whose data are restored; left out or null: all. */
  readonly steps?: readonly DocumentKey[] | null | undefined;
  /** Says what would change, and changes nothing. */
  readonly dryRun?: boolean | null | undefined;
}

/** A version puts back all that the table has, whatever the deployment shows of it. */
const RECORDS: Readonly<Record<DocumentTable, { restore(version: number): Command }>> = {
  website_analyses: websiteRecord(true),
  research_preferences: researchRecord,
  competitor_analyses: competitorsRecord,
  persona_data: personaRecord,
  platform_integrations: integrationsRecord,
  business_info: businessInfoRecord,
};

/**
 * What happened to one user's onboarding, what it was, and the way back. Keys are no part of it. Every method throws
 * `DatabaseUnavailable` while PostgreSQL is unreachable.
 */
@Injectable()
export class OnboardingHistory {
  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly deployment: Deployment,
  ) {}

  /** The user's events, the latest first. */
  async list(userId: string, page: HistoryPage = {}): Promise<HistoryView> {
    const { limit = 50, before = Number.MAX_SAFE_INTEGER, ...terms } = page;
    const { session, events } = await this.database.query(userId, eventsBefore(before, limit + 1));
    const shown = this.#shown(session, terms);
    const items = events.slice(0, limit);
    const answer: HistoryView = {
      items: session ? items.map((event) => viewItem(event, session, shown)) : [],
      next_before: events.length > limit ? (items.at(-1)?.revision ?? null) : null,
    };
    return withHeaders(answer, { ...headersOf(shown.flow), etag: entityTagOf(session) });
  }

  /** The progress and the saved data as they were after the event of a revision. @throws RevisionNotFound, RevisionGone */
  async at(userId: string, revision: number, terms: Terms = {}): Promise<RevisionView> {
    const earlier = await this.database.readLarge(userId, earlierAt(revision), wholeEarlierAt(revision));
    const { session, event, firstStated } = earlier;
    if (!session || !event) throw new RevisionNotFound();
    if (!event.state) throw new RevisionGone(positionOf({ id: session.id, revision: firstStated ?? session.revision }));
    const shown = this.#shown(session, terms);
    return withHeaders(viewRevision(earlier as StatedEarlier, shown), headersOf(shown.flow));
  }

  /**
   * Restores the progress, the saved data, or both. The wizard that the user was last seen with stays, as do the ids of rows. It is
   * a change like any other, with one event, which another restore undoes; none where nothing differs.
   * @throws RevisionNotFound, RevisionGone; InvalidInput for `steps` where no data are restored; DocumentsTooLarge
   */
  async restore(userId: string, { revision, what, steps, dryRun, ...terms }: Restoring): Promise<RestoredView> {
    if (steps && what === 'progress') {
      throw InvalidInput.of([
        { pointer: '/steps', detail: 'steps names data, and what is progress: leave one of them out.' },
      ]);
    }
    const tables = what === 'progress' ? [] : (steps ?? DOCUMENT_KEYS).flatMap(tablesOf);
    const reads = { stated: statedAt(revision), differences: differencesTo(revision) };
    const options = { reads, ...terms, dryRun: dryRun ?? false, cause: `restore:${revision}` } as const;
    return this.database.forUser(userId, options, (data) => {
      const { stated, differences } = data.read;
      const { session: before, flow } = data;
      const state = requireKept(stated, differences, tables, before);
      const earlier = what === 'data' ? null : progressFrom(state, stated?.validation_errors ?? {});
      const ofProgress = earlier ? progressChanges(before.progress, earlier) : [];
      const changed = tables.filter((table) => differences.changes[table]);
      for (const table of changed) data.run(RECORDS[table].restore(differences.documents[table].changedAt as number));
      const isChanged = ofProgress.length > 0 || changed.length > 0;
      const after = isChanged ? data.change(restore(revision, what, earlier)) : before;
      const answer: RestoredView = {
        position: positionOf(dryRun ? before : after),
        restored: { progress: ofProgress.length > 0, documents: [...documentsIn(changed)] },
        changes: [...ofProgress, ...documentChanges(changed, differences.changes)],
      };
      return withHeaders(answer, headersOf(flow));
    });
  }

  #shown(session: Session | null, terms: Terms): Shown {
    const { finishedSteps: byDeployment, brandAnalysis } = this.deployment;
    return { flow: this.deployment.flowOf(session, terms), byDeployment, brandAnalysis };
  }
}

/** The state of the progress at the revision. @throws RevisionNotFound; RevisionGone unless it and these documents are kept */
function requireKept(
  event: StatedEvent | null,
  { firstStated, documents }: Differences,
  tables: readonly DocumentTable[],
  { id, revision: latest }: Session,
) {
  if (!event) throw new RevisionNotFound();
  const { state } = event;
  if (state && tables.every((table) => documents[table].isKept)) return state;
  const oldest = [firstStated ?? latest, ...tables.map((table) => documents[table].oldest ?? 0)];
  throw new RevisionGone(positionOf({ id, revision: Math.max(...oldest) }));
}
