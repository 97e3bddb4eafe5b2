import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { readByOperators } from './ownership.js';
import { sessionReference } from './session-reference.js';
import { STEP_KEY } from './step-key.js';

/**
 * What happened to one user's onboarding, append-only: facts, never user input but for validation errors. `revision` is the session's,
 * without gaps.
 */
const ProgressEventSchema = defineEntity({
  name: 'ProgressEvent',
  tableName: 'progress_events',
  ...readByOperators,
  properties: {
    userId: p.text().primary(),
    revision: p.bigint('number').primary(),
    session: sessionReference,
    type: p.text(),
    /** The key of a step. */
    step: p.text().nullable().check(`step ~ '${STEP_KEY}'`),
    data: p.json<JsonObject>().defaultRaw(`'{}'::jsonb`),
    /** The session's progress afterwards, by column; `{}` in events from before there was this column. */
    state: p.json<JsonObject>(),
    /** The validation errors that changed with it, by step; an empty list: there are none any more. */
    validationErrors: p.json<Record<string, string[]>>().defaultRaw(`'{}'::jsonb`),
    /** The tables whose documents changed with it. */
    documents: p.array().columnType('text[]').default([]),
    /** Who: `user`, `service:<id>`, `operator:<id>` or `system`. Events from before `cause` have the user id for `user`. */
    actor: p.text(),
    /** Why: one word, such as `wizard`. */
    cause: p.text().default('wizard'),
    occurredAt: p.datetime(),
    /** The transaction that wrote it: what the numbers are brought up to date by. Null in events from before there was this column. */
    tx: p.bigint('number').nullable().defaultRaw('((pg_current_xact_id())::text)::bigint'),
  },
  indexes: [
    {
      name: 'progress_events_tx_index',
      expression:
        'create index progress_events_tx_index on progress_events using brin (tx) with (pages_per_range = 32, autosummarize = on)',
    },
  ],
});

export class ProgressEvent extends ProgressEventSchema.class {}
ProgressEventSchema.setClass(ProgressEvent);
