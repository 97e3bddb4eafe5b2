import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../src/ground/problems/json.js';
import type { Bound, Row, Statement } from '../src/storage/wire/statement.js';
import type { Command, SnapshotPart } from '../src/onboarding/database/record.js';
import type { OpenedSession } from '../src/onboarding/database/records/onboarding-sessions.record.js';
import type { ProgressFact } from '../src/onboarding/flow/transitions.js';
import type { ServiceBuild } from './service-build.ts';

/** Answers one request. The body is JSON that nobody has looked at. */
export type BareOperation = (userId: string, body: string) => Promise<unknown>;

/** How a bare server reaches a user's rows. */
export interface Door {
  /** The first row of one statement. */
  read(userId: string, statement: Statement): Promise<Row | undefined>;
  /**
   * One transaction in two round trips: what `first` finds, and then what was decided from it.
   * Returns the rows of each statement of the second.
   */
  write(
    userId: string,
    first: readonly Bound[],
    decide: (found: readonly (readonly Row[])[]) => readonly Bound[],
  ): Promise<readonly (readonly Row[])[]>;
}

/** Versions of each document, as the service keeps them where nothing is configured. */
const DOCUMENT_VERSIONS = 20;

/** What it writes: a command, and the event that it belongs to. */
interface Work {
  readonly command: Command<unknown>;
  readonly fact: Omit<ProgressFact, 'progress'>;
}

/**
 * The operations as a handler does them that knows nothing but its statements: the service's own, by name, with the values that
 * its records give them, on the same tables and rows. It leaves out what makes the service one: whether what is posted is fit to be
 * stored, the shape of the answer, the rules of progress, the seal of a key.
 */
export async function bareOperations(door: Door, build: ServiceBuild): Promise<Record<string, BareOperation>> {
  const [sessions, advance, snapshot, keys, website, research, competitors, persona, integrations, facts] =
    await Promise.all([
      build.sessions(),
      build.advance(),
      build.snapshot(),
      build.sealedKeys(),
      build.website(),
      build.research(),
      build.competitors(),
      build.persona(),
      build.integrations(),
      build.facts(),
    ]);
  const websiteRecord = website.websiteRecord(false);
  const readWebsite = snapshot.snapshotOf([websiteRecord]).statement;
  /** What the steps show, in the order in which the service reads it. */
  const allSteps = [
    keys.savedKeys,
    websiteRecord,
    research.researchRecord,
    competitors.competitorsRecord,
    persona.personaRecord,
    integrations.integrationsRecord,
  ];

  function read(parts: readonly SnapshotPart<unknown>[]): BareOperation {
    const { statement } = snapshot.snapshotOf(parts);
    return (userId) => door.read(userId, statement);
  }

  /** The session locked, with what the work reads; then the work, the change, and what is read after it, which is the answer. */
  function write(
    reads: Statement | null,
    work: (read: readonly Row[], body: JsonObject) => Work,
    readAfter: Statement | null = null,
  ): BareOperation {
    return async (userId, text) => {
      const body = JSON.parse(text) as JsonObject;
      const now = new Date();
      const first = [
        { statement: sessions.openSession, values: [userId, randomUUID(), now] },
        ...(reads ? [{ statement: reads, values: [userId] }] : []),
      ];
      const rows = await door.write(userId, first, ([[locked = {}] = [], read = []]) => {
        const { command, fact } = work(read, body);
        const opened = sessions.openedFromRow(locked);
        const { session } = opened;
        const subject = { userId, sessionId: session.id, now, revision: session.revision + 1 };
        const step = advanceSession(opened, command, { ...fact, progress: session.progress });
        return [
          ...[command, step].map(({ statement, values }) => ({ statement, values: values(subject) })),
          ...(readAfter ? [{ statement: readAfter, values: [userId] }] : []),
        ];
      });
      return readAfter ? rows.at(-1)?.[0] : { saved: true };
    };
  }

  /** The progress stays as it is: every step has been completed before. */
  function advanceSession(
    { session, documentItems }: OpenedSession,
    { writes }: Command<unknown>,
    fact: ProgressFact,
  ): Command {
    return advance.advanceSession({
      session: { ...session, revision: session.revision + 1 },
      before: session.progress,
      facts: [fact],
      origin: { actor: 'user', cause: 'wizard' },
      saved: new Set(writes ? [writes.table] : []),
      documentItems: documentItems + (writes?.items ?? 0),
      documentVersions: DOCUMENT_VERSIONS,
    });
  }

  return {
    'GET /api/onboarding/status': read([]),
    'GET /api/onboarding/progress': read(allSteps),
    'GET /api/onboarding/step/2': read([websiteRecord]),
    'GET /api/onboarding/init': read(allSteps),
    'GET /api/onboarding/ai-inputs': read(facts.FACT_PARTS),

    'POST /api/onboarding/step/2/complete': write(
      null,
      (_read, { data }) => {
        // What has no column is left as it is.
        const { website, analysis, crawlResult, ...extra } = data as JsonObject;
        const columns = {
          ...(analysis as JsonObject),
          website_url: website ?? null,
          crawl_result: crawlResult ?? null,
        };
        return {
          command: websiteRecord.save({ columns, extra, removed: [] }),
          fact: { type: 'step_completed', step: 'website', data: { from: 'completed', to: 'completed' } },
        };
      },
      readWebsite,
    ),

    'POST /api/onboarding/api-keys': write(keys.sealedKeys.statement, (read, body) => {
      // It writes back the sealed key that it has read, so that the service can still open it.
      const provider = body['provider'] as string;
      const { id, version, sealed_key } = read.find((row) => row['provider'] === provider) as Row;
      const saved = { provider, id: id as string, version: version as number };
      return {
        command: keys.saveKey({ ...saved, sealed: sealed_key as Buffer }, null),
        fact: { type: 'api_key_saved', step: 'api_keys', data: { provider } },
      };
    }),
  };
}
