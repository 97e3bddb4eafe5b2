import { isDeepStrictEqual } from 'node:util';
import { isUserId } from '../../ground/auth/user.js';
import { Problem } from '../../ground/problems/problem.js';
import { keyComplaint } from '../../ground/providers/key-rules.js';
import { findProvider } from '../../ground/providers/providers.js';
import type { KeyStore } from '../../onboarding/database/key-store.js';
import type { OnboardingDatabaseService } from '../../onboarding/database/onboarding-database.service.js';
import type { Query } from '../../onboarding/database/record.js';
import { dateSession } from '../../onboarding/database/records/onboarding-sessions.record.js';
import { sealedKeys, type SealedKeys } from '../../onboarding/database/records/sealed-keys.record.js';
import { positionOf } from '../../onboarding/database/session.js';
import { wholeSnapshotOf, type Snapshot } from '../../onboarding/database/snapshot.js';
import type { UnitOfWork } from '../../onboarding/database/unit-of-work.js';
import { mergedProgress } from '../../onboarding/flow/merged-progress.js';
import type { Progress } from '../../onboarding/flow/progress.js';
import { stateOf, validationErrorsOf } from '../../onboarding/flow/progress-state.js';
import { importOnboarding } from '../../onboarding/flow/transitions.js';
import { fittingParts } from './fitting-parts.js';
import { IMPORTED_RECORDS, importedParts, type ImportedPart } from './imported-parts.js';
import { importedProgress } from './imported-progress.js';
import { legacyStepsOf, lineOf, stepsOf, type Outcome, type ReportLine } from './import-report.js';
import type { ImportedUser } from './import-undo.js';
import { failureOf } from './import-failures.js';
import type { LegacyKey, LegacyUser, Warning } from './legacy-user.js';

/** What becomes of a user who is here already, and differs: stays, gets what is missing, or is deleted and imported. */
export const CONFLICT_MODES = ['skip', 'merge', 'replace'] as const;

export type ConflictMode = (typeof CONFLICT_MODES)[number];

export interface UserImportOptions {
  readonly onConflict: ConflictMode;
  /** Decides and reports, and writes nothing. */
  readonly dryRun: boolean;
}

/** What is known of a user here before an import. */
const READS = { saved: wholeSnapshotOf(IMPORTED_RECORDS), keys: sealedKeys };

type Work = UnitOfWork<{ readonly saved: Query<Snapshot>; readonly keys: Query<SealedKeys> }>;

/** A user of the older back end as we store them. */
interface Imported {
  readonly progress: Progress;
  readonly updatedAt: Date;
  readonly source: string;
  readonly parts: readonly ImportedPart[];
  readonly keys: readonly LegacyKey[];
}

/** What becomes of a user, and what people should know of it besides. */
interface Decision {
  readonly outcome: Outcome;
  readonly warnings?: readonly Warning[];
}

const FINISHED_HERE: Warning = {
  code: 'finished_here',
  detail: 'The onboarding is finished here, and unfinished in the sources: it was not replaced.',
};

const NO_KEYS: SealedKeys = { dataKey: null, apiKeys: [] };

/** Imports users, each in one transaction in the user's own scope, with one event. */
export class UserImport {
  constructor(
    private readonly database: OnboardingDatabaseService,
    private readonly keyStore: KeyStore,
    private readonly options: UserImportOptions,
    /** Called with each new user, and the state that they are about to be stored in. What it throws ends the run. */
    private readonly announce: (user: ImportedUser) => void = () => undefined,
  ) {}

  /**
   * Says what has become of a user. What keeps this one from being imported is in the report, too.
   * @throws DatabaseUnavailable; StartupError of `announce`
   */
  async import(user: LegacyUser): Promise<ReportLine> {
    const warnings = [...user.warnings];
    try {
      if (!isUserId(user.userId)) throw new InvalidUserId();
      const parts = fittingParts(importedParts(user));
      warnings.push(...parts.flatMap((part) => part.warnings), ...keyWarnings(user.keys));
      const { progress: legacy, source, keys } = user;
      const progress = importedProgress(legacy);
      const done = await this.#write(user.userId, { progress, updatedAt: legacy.updatedAt, source, parts, keys });
      return lineOf(user, { ...done, warnings: [...warnings, ...done.warnings] });
    } catch (error) {
      warnings.push(failureOf(error));
      return lineOf(user, { outcome: 'failed', steps: legacyStepsOf(user.progress), position: null, warnings });
    }
  }

  #write(userId: string, imported: Imported) {
    const { dryRun } = this.options;
    const options = { reads: READS, actor: 'system', cause: 'import', startsItself: true, dryRun } as const;
    return this.database.forUser(userId, options, (data) => {
      const { outcome, warnings = [] } = this.#decide(data, imported);
      if (outcome === 'imported' && !dryRun) this.announce({ userId, position: positionOf(data.session) });
      const isWritten = outcome === 'imported' || outcome === 'merged' || outcome === 'replaced';
      if (dryRun && isWritten) data.preview(outcome === 'replaced' ? data.read.saved.emptied() : data.read.saved);
      const steps = stepsOf(isWritten ? data.session.progress : imported.progress);
      return { outcome, warnings, steps, position: isWritten && !dryRun ? positionOf(data.session) : null };
    });
  }

  #decide(data: Work, imported: Imported): Decision {
    if (data.isNew) {
      this.#fill(data, imported, NO_KEYS);
      return { outcome: 'imported' };
    }
    if (this.#isSame(data, imported)) return { outcome: 'unchanged' };
    switch (this.options.onConflict) {
      case 'skip':
        return { outcome: 'skipped' };
      case 'merge':
        return this.#merge(data, imported);
      case 'replace':
        if (data.session.progress.completedAt && !imported.progress.completedAt) {
          return { outcome: 'skipped', warnings: [FINISHED_HERE] };
        }
        data.startOver();
        this.#fill(data, imported, NO_KEYS);
        return { outcome: 'replaced' };
    }
  }

  /** Writes all of the user to an empty session. */
  #fill(data: Work, { parts, keys, progress, source, updatedAt }: Imported, saved: SealedKeys): void {
    for (const part of parts) if (part.isPresent) part.save(data);
    this.keyStore.saveImported(data, saved, keys);
    data.change(importOnboarding(progress, source));
    data.runLast(dateSession(updatedAt));
  }

  /** Writes what is missing. */
  #merge(data: Work, imported: Imported): Decision {
    const { saved, keys } = data.read;
    const absent = imported.parts.filter((part) => part.isPresent && !part.isSaved(saved));
    const fitting = absent.length > 0 ? fittingParts(absent, saved.documents) : [];
    const parts = fitting.filter((part) => part.isPresent);
    const warnings = fitting.filter((part) => !part.isPresent).flatMap((part) => part.warnings);
    const missing = imported.keys.filter((key) => !keys.apiKeys.some(({ provider }) => provider === key.provider));
    const before = data.session.progress;
    const progress = mergedProgress(before, imported.progress);
    if (parts.length + missing.length === 0 && isSameProgress(before, progress)) {
      return { outcome: 'unchanged', warnings };
    }
    for (const part of parts) part.save(data);
    this.keyStore.saveImported(data, keys, missing);
    data.change(importOnboarding(progress, imported.source));
    return { outcome: 'merged', warnings };
  }

  /** Whether the user is here as the import would write them. */
  #isSame(data: Work, { progress, parts, keys }: Imported): boolean {
    const { saved, keys: sealed } = data.read;
    const before = data.session.progress;
    return (
      isSameProgress(before, { ...progress, flow: before.flow }) &&
      parts.every((part) => part.isSame(saved)) &&
      sealed.apiKeys.length === keys.length &&
      keys.every(({ provider, key }) => this.keyStore.find(data.userId, sealed, provider)?.reveal() === key.reveal())
    );
  }
}

function isSameProgress(one: Progress, other: Progress): boolean {
  return (
    isDeepStrictEqual(stateOf(one), stateOf(other)) &&
    isDeepStrictEqual(validationErrorsOf(one), validationErrorsOf(other))
  );
}

/** Keys that could not be posted today. The sentences never repeat a key. */
function keyWarnings(keys: readonly LegacyKey[]): readonly Warning[] {
  return keys.flatMap(({ provider: id, key }) => {
    const provider = findProvider(id);
    const complaint = provider ? keyComplaint(provider, key.reveal()) : 'This provider is not known here.';
    return complaint === null ? [] : [{ code: 'unusual_key', detail: `${id}: ${complaint}` }];
  });
}

/** Nobody could sign in with it. */
class InvalidUserId extends Problem {
  readonly status = 400;
  readonly title = 'Invalid user id';
  constructor() {
    super('A user id has 1 to 255 characters, and no NUL character.');
  }
}
