import { findProvider } from '../../ground/providers/providers.js';
import type { JsonObject } from '../../ground/problems/json.js';
import type { DocumentTable } from '../database/document-tables.js';
import type { SnapshotPart } from '../database/record.js';
import { competitorsRecord } from '../database/records/competitor-analyses.record.js';
import { documentChanges, type WebsiteChange } from '../database/records/document-changes.record.js';
import type { DocumentRecord } from '../database/records/document-record.js';
import { personaRecord } from '../database/records/persona-data.record.js';
import { integrationsRecord } from '../database/records/platform-integrations.record.js';
import { researchRecord } from '../database/records/research-preferences.record.js';
import { savedKeys, type SavedKey } from '../database/records/sealed-keys.record.js';
import { BRAND_COLUMNS, hasAnalysis, websiteRecord } from '../database/records/website-analysis.record.js';
import type { Snapshot } from '../database/snapshot.js';
import type {
  DeploymentFacts,
  KeyFact,
  OnboardingFacts,
  SavedDocument,
  WebsiteComparison,
} from '../flow/onboarding-facts.js';
import type { Deployment } from './deployment.js';

const WEBSITE = websiteRecord(true);

const DOCUMENT_PARTS = [WEBSITE, researchRecord, competitorsRecord, personaRecord, integrationsRecord] as const;

/** What is read for all facts. */
export const REQUIREMENT_PARTS: readonly SnapshotPart<unknown>[] = [savedKeys, ...DOCUMENT_PARTS, documentChanges];

/** The facts that rules ask for, from a snapshot. A fact needs its own parts alone. */
export class SavedFacts implements OnboardingFacts {
  readonly deployment: DeploymentFacts;
  readonly #found = new Map<keyof OnboardingFacts, unknown>();

  constructor(
    private readonly snapshot: Snapshot,
    private readonly decisions: Deployment,
    readonly now: Date,
  ) {
    this.deployment = decisions.facts;
  }

  get startedAt(): Date | null {
    return this.snapshot.session?.progress.startedAt ?? null;
  }

  get keys(): readonly KeyFact[] {
    return this.#once('keys', () => this.snapshot.of(savedKeys).map(keyFact));
  }

  get website(): SavedDocument | null {
    const hidden = this.decisions.brandAnalysis ? [] : BRAND_COLUMNS;
    return this.#once('website', () => this.#document(WEBSITE, hidden));
  }

  get hasAnalysis(): boolean {
    const { website } = this;
    return website !== null && hasAnalysis(website.values);
  }

  get research(): SavedDocument | null {
    return this.#once('research', () => this.#document(researchRecord));
  }

  get competitors(): readonly JsonObject[] {
    return this.snapshot.of(competitorsRecord);
  }

  get competitorsChangedAt(): Date | null {
    return this.#changedAt('competitor_analyses');
  }

  get persona(): SavedDocument | null {
    return this.#once('persona', () => this.#document(personaRecord));
  }

  get integrations(): SavedDocument | null {
    return this.#once('integrations', () => this.#document(integrationsRecord));
  }

  get websiteSince(): OnboardingFacts['websiteSince'] {
    const { research, persona } = this.snapshot.of(documentChanges).website;
    return { research: comparison(research), persona: comparison(persona) };
  }

  get analysisUnchangedSince(): Date | null {
    const row = this.snapshot.of(WEBSITE);
    const { differs, before, changed_at } = this.snapshot.of(documentChanges).website.period;
    if (!row || differs) return null;
    // Changes from before they were recorded are known by the row alone.
    return new Date(before ?? ((changed_at === null ? row['updated_at'] : row['created_at']) as string));
  }

  /** Rules ask for the same facts again and again. */
  #once<T>(name: keyof OnboardingFacts, find: () => T): T {
    if (!this.#found.has(name)) this.#found.set(name, find());
    return this.#found.get(name) as T;
  }

  #document(record: DocumentRecord, hidden: readonly string[] = []): SavedDocument | null {
    const row = this.snapshot.of(record);
    if (!row) return null;
    const values = { ...(row['extra'] as JsonObject), ...row };
    for (const column of hidden) delete values[column];
    const changedAt = () => this.#changedAt(record.mapping.table) ?? new Date(row['updated_at'] as string);
    return {
      values,
      get changedAt() {
        return changedAt();
      },
    };
  }

  #changedAt(table: DocumentTable): Date | null {
    const time = this.snapshot.of(documentChanges).changed_at[table];
    return time === undefined ? null : new Date(time);
  }
}

function keyFact({ provider: id, verification, updated_at, verified_at }: SavedKey): KeyFact {
  const provider = findProvider(id);
  return {
    provider: id,
    name: provider?.name ?? id,
    use: provider?.group ?? 'unknown',
    canBeAsked: provider?.verification !== undefined,
    verification,
    savedAt: new Date(updated_at),
    verifiedAt: verified_at === null ? null : new Date(verified_at),
  };
}

function comparison({ differs, changed_at }: WebsiteChange): WebsiteComparison {
  return { isDifferent: differs, changedAt: changed_at === null ? null : new Date(changed_at) };
}
