import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { JsonObject } from '../src/ground/problems/json.js';
import type { Row, Statement } from '../src/storage/wire/statement.js';
import type { SnapshotTable } from '../src/onboarding/database/snapshot.js';
import type { ServiceBuild } from './service-build.ts';

/** Answers one request. The body is JSON that nobody has looked at. */
export type LimitOperation = (userId: string, body: string) => Promise<unknown>;

type Run = (statement: Statement, values: unknown[]) => Promise<Row[]>;

/** What the steps show, in the order in which the service reads it. */
const ALL_STEPS: readonly SnapshotTable[] = [
  'api_keys',
  'website_analyses',
  'research_preferences',
  'competitor_analyses',
  'persona_data',
  'platform_integrations',
];

/**
 * The operations as a handler does them that knows nothing but its statements: the service's own, by name, on the same tables
 * and rows. It connects as a superuser, to whom row-level security does not apply, and so needs neither a scope nor a
 * transaction to read. It leaves out all that makes the service one: who asks, whether what is posted is fit to be stored, the
 * shape of the answer, the rules of progress, the seal of a key. Where the service's statements change, so must these.
 */
export async function limitOperations(pool: pg.Pool, build: ServiceBuild): Promise<Record<string, LimitOperation>> {
  const [session, snapshot, documents, keys, mapping, facts] = await Promise.all([
    build.session(),
    build.snapshot(),
    build.documents(),
    build.sealedKeys(),
    build.websiteMapping(),
    build.facts(),
  ]);
  const { openSession, advanceSession } = session;
  const saveWebsite = documents.saveStatement(mapping.websiteMapping(false));
  const readWebsite = snapshot.snapshotStatement(['website_analyses']);

  function read(tables: readonly SnapshotTable[]): LimitOperation {
    const statement = snapshot.snapshotStatement(tables);
    return async (userId) => (await pool.query<Row>({ ...statement, values: [userId] })).rows[0];
  }

  /** One transaction in two round trips: the session locked, with what the work reads beside it; the work, the change, the commit. */
  function write(
    reads: Statement | null,
    work: (run: Run, change: Change, body: JsonObject) => readonly Promise<unknown>[],
  ): LimitOperation {
    return async (userId, text) => {
      const body = JSON.parse(text) as JsonObject;
      const client = await pool.connect();
      try {
        const run: Run = async (statement, values) => (await client.query<Row>({ ...statement, values })).rows;
        const now = new Date();
        const [, [locked], read] = await Promise.all([
          client.query('begin'),
          run(openSession, [userId, randomUUID(), now]),
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
  function advance(run: Run, { userId, now, session }: Change, event: JsonObject): Promise<Row[]> {
    const revision = Number(session['revision']) + 1;
    const { id, steps, current_step, percentage_floor, started_at, completed_at } = session;
    const progress = [JSON.stringify(steps), current_step, percentage_floor, started_at, completed_at];
    return run(advanceSession, [
      userId,
      id,
      revision,
      ...progress,
      now,
      userId,
      JSON.stringify([{ ...event, revision }]),
    ]);
  }

  return {
    'GET /api/onboarding/status': read([]),
    'GET /api/onboarding/progress': read(ALL_STEPS),
    'GET /api/onboarding/step/2': read(['website_analyses']),
    'GET /api/onboarding/init': read(ALL_STEPS),
    'GET /api/onboarding/ai-inputs': read(facts.FACT_TABLES),

    'POST /api/onboarding/step/2/complete': write(null, (run, change, { data }) => {
      const { userId, now, session } = change;
      // What has no column of its own is left as it is.
      const { website, analysis, crawlResult, ...extra } = data as JsonObject;
      const columns = { ...(analysis as JsonObject), website_url: website, crawl_result: crawlResult };
      const event = { type: 'step_completed', step: 2, data: { from: 'completed', to: 'completed' } };
      const values = [userId, randomUUID(), session['id'], now, JSON.stringify(columns), JSON.stringify(extra), '[]'];
      return [run(saveWebsite, values), run(readWebsite, [userId]), advance(run, change, event)];
    }),

    'POST /api/onboarding/api-keys': write(keys.readKeys, (run, change, { provider }) => {
      const { userId, now, session, read } = change;
      // It writes back the sealed key that it has read, so that the service can still open it.
      const { id, version, sealed_key } = read.find((row) => row['provider'] === provider) as Row;
      const event = { type: 'api_key_saved', step: 1, data: { provider } };
      const values = [userId, provider, id, session['id'], version, sealed_key, null, now];
      return [run(keys.saveKey, values), advance(run, change, event)];
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
