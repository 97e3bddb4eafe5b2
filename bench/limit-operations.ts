import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { JsonObject } from '../src/ground/problems/json.js';
import type { Row } from '../src/storage/wire/statement.js';
import type { SnapshotPart } from '../src/onboarding/database/record.js';
import type { ServiceBuild } from './service-build.ts';

/** Answers one request. The body is JSON that nobody has looked at. */
export type LimitOperation = (userId: string, body: string) => Promise<unknown>;

/** A statement of the service's: what the driver needs of it. */
type NamedText = Pick<pg.QueryConfig, 'name' | 'text'>;

type Run = (statement: NamedText, values: readonly unknown[]) => Promise<Row[]>;

/**
 * The operations as a handler does them that knows nothing but its statements: the service's own, by name, on the same tables
 * and rows. It connects as a superuser, to whom row-level security does not apply, and so needs neither a scope nor a
 * transaction to read. It leaves out all that makes the service one: who asks, whether what is posted is fit to be stored, the
 * shape of the answer, the rules of progress, the seal of a key. Where the service's statements change, so must these.
 */
export async function limitOperations(pool: pg.Pool, build: ServiceBuild): Promise<Record<string, LimitOperation>> {
  const [sessions, snapshot, keys, website, research, competitors, persona, integrations, facts] = await Promise.all([
    build.sessions(),
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
  const saveWebsite = websiteRecord.save({ columns: {}, extra: {}, removed: [] }).statement;
  const readWebsite = snapshot.snapshotOf([websiteRecord]).statement;
  const now = new Date();
  const { session: anySession } = sessions.newSession('', '', now);
  const origin = { actor: 'user', cause: 'wizard' } as const;
  const advance = { session: anySession, facts: [], origin, saved: new Set<never>(), documentItems: 0 };
  const { statement: advanceSession } = sessions.advanceSession(advance);
  /** What the steps show, in the order in which the service reads it. */
  const allSteps = [
    keys.keyProviders,
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
  function write(
    reads: NamedText | null,
    work: (run: Run, change: Change, body: JsonObject) => readonly Promise<unknown>[],
  ): LimitOperation {
    return async (userId, text) => {
      const body = JSON.parse(text) as JsonObject;
      const client = await pool.connect();
      try {
        const run: Run = async ({ name, text }, values) =>
          (await client.query<Row>({ name, text, values: [...values] })).rows;
        const now = new Date();
        const [, [locked], read] = await Promise.all([
          client.query('begin'),
          run(sessions.openSession, [userId, randomUUID(), now]),
          reads ? run(reads, [userId]) : [],
        ]);
        const change = { userId, now, session: locked?.['session'] as Row, read };
        await Promise.all([...work(run, change, body), client.query('commit')]);
        return { saved: true };
      } finally {
        client.release();
      }
    };
  }

  /** The progress stays as it is: every step has been completed before. */
  function saveProgress(run: Run, { userId, now, session }: Change, event: JsonObject): Promise<Row[]> {
    const revision = Number(session['revision']) + 1;
    const { id, steps, current_step, percentage_floor, started_at, completed_at } = session;
    const { flow, flow_source, onboarding_type } = session;
    const progress = [JSON.stringify(steps), current_step, percentage_floor, started_at, completed_at];
    return run(advanceSession, [
      userId,
      id,
      revision,
      ...progress,
      ...[flow, flow_source, onboarding_type],
      now,
      JSON.stringify([{ ...event, ...origin, revision }]),
    ]);
  }

  return {
    'GET /api/onboarding/status': read([]),
    'GET /api/onboarding/progress': read(allSteps),
    'GET /api/onboarding/step/2': read([websiteRecord]),
    'GET /api/onboarding/init': read(allSteps),
    'GET /api/onboarding/ai-inputs': read(facts.FACT_PARTS),

    'POST /api/onboarding/step/2/complete': write(null, (run, change, { data }) => {
      const { userId, now, session } = change;
      // What has no column is left as it is.
      const { website, analysis, crawlResult, ...extra } = data as JsonObject;
      const columns = { ...(analysis as JsonObject), website_url: website, crawl_result: crawlResult };
      const event = { type: 'step_completed', step: 'website', data: { from: 'completed', to: 'completed' } };
      const values = [userId, randomUUID(), session['id'], now, JSON.stringify(columns), JSON.stringify(extra), '[]'];
      return [run(saveWebsite, values), run(readWebsite, [userId]), saveProgress(run, change, event)];
    }),

    'POST /api/onboarding/api-keys': write(keys.sealedKeys.statement, (run, change, { provider }) => {
      const { userId, now, session, read } = change;
      // It writes back the sealed key that it has read, so that the service can still open it.
      const { id, version, sealed_key } = read.find((row) => row['provider'] === provider) as Row;
      const event = { type: 'api_key_saved', step: 'api_keys', data: { provider } };
      const saved = { provider: provider as string, id: id as string, version: version as number };
      const command = keys.saveKey({ ...saved, sealed: sealed_key as Buffer }, null);
      const values = command.values({ userId, sessionId: session['id'] as string, now });
      return [run(command.statement, values), saveProgress(run, change, event)];
    }),
  };
}

interface Change {
  readonly userId: string;
  readonly now: Date;
  /** The row as it was locked. */
  readonly session: Row;
  readonly read: readonly Row[];
}
