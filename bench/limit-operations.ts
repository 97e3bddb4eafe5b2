import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { JsonObject } from '../src/ground/problems/json.js';
import type { Row } from '../src/storage/wire/statement.js';
import type { Command, SnapshotPart } from '../src/onboarding/database/record.js';
import type { OpenedSession } from '../src/onboarding/database/records/onboarding-sessions.record.js';
import type { ProgressFact } from '../src/onboarding/flow/transitions.js';
import type { ServiceBuild } from './service-build.ts';

/** Answers one request. The body is JSON that nobody has looked at. */
export type LimitOperation = (userId: string, body: string) => Promise<unknown>;

/** A statement of the service's: what the driver needs of it. */
type NamedText = Pick<pg.QueryConfig, 'name' | 'text'>;

/** Versions of each document, as the service keeps them where nothing is configured. */
const DOCUMENT_VERSIONS = 20;

type Run = (statement: NamedText, values: readonly unknown[]) => Promise<Row[]>;

/**
 * The operations as a handler does them that knows nothing but its statements: the service's own, by name, with the values that
 * its records give them, on the same tables and rows. It connects as a superuser, to whom row-level security does not apply, and
 * so needs neither a scope nor a transaction to read. It leaves out all that makes the service one: who asks, whether what is
 * posted is fit to be stored, the shape of the answer, the rules of progress, the seal of a key.
 */
export async function limitOperations(pool: pg.Pool, build: ServiceBuild): Promise<Record<string, LimitOperation>> {
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

  function read(parts: readonly SnapshotPart<unknown>[]): LimitOperation {
    const { name, text } = snapshot.snapshotOf(parts).statement;
    return async (userId) => (await pool.query<Row>({ name, text, values: [userId] })).rows[0];
  }

  /** One transaction in two round trips: the session locked, with what the work reads; the work, the change, the commit. */
  function write(reads: NamedText | null, work: (read: readonly Row[], body: JsonObject) => Work): LimitOperation {
    return async (userId, text) => {
      const body = JSON.parse(text) as JsonObject;
      const client = await pool.connect();
      try {
        const run: Run = async ({ name, text }, values) =>
          (await client.query<Row>({ name, text, values: [...values] })).rows;
        const now = new Date();
        const [, [locked = {}], read] = await Promise.all([
          client.query('begin'),
          run(sessions.openSession, [userId, randomUUID(), now]),
          reads ? run(reads, [userId]) : [],
        ]);
        const { command, fact, readsAfter = [] } = work(read, body);
        const opened = sessions.openedFromRow(locked);
        const { session } = opened;
        const revision = session.revision + 1;
        const subject = { userId, sessionId: session.id, now, revision };
        const step = advanceSession(opened, command, { ...fact, progress: session.progress });
        await Promise.all([
          ...[command, step].map(({ statement, values }) => run(statement, values(subject))),
          ...readsAfter.map((statement) => run(statement, [userId])),
          client.query('commit'),
        ]);
        return { saved: true };
      } finally {
        client.release();
      }
    };
  }

  /** The progress stays as it is: every step has been completed before. */
  function advanceSession({ session, documentItems }: OpenedSession, { writes }: Command, fact: ProgressFact): Command {
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

    'POST /api/onboarding/step/2/complete': write(null, (_read, { data }) => {
      // What has no column is left as it is.
      const { website, analysis, crawlResult, ...extra } = data as JsonObject;
      const columns = { ...(analysis as JsonObject), website_url: website ?? null, crawl_result: crawlResult ?? null };
      return {
        command: websiteRecord.save({ columns, extra, removed: [] }),
        fact: { type: 'step_completed', step: 'website', data: { from: 'completed', to: 'completed' } },
        readsAfter: [readWebsite],
      };
    }),

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

/** What it writes: a command, and the event that it belongs to. */
interface Work {
  readonly command: Command;
  readonly fact: Omit<ProgressFact, 'progress'>;
  readonly readsAfter?: readonly NamedText[];
}
