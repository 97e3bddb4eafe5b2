import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';
import { STEP_KEY } from './step-key.js';

/**
 * What happened to one user's onboarding, append-only: facts, never user input but for validation errors. `revision` is the session's,
 * without gaps.
 */
const ProgressEventSchema = defineEntity({
  name: 'ProgressEvent',
  tableName: 'progress_events',
  ...ownership,
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
  },
});

export class ProgressEvent extends ProgressEventSchema.class {}
ProgressEventSchema.setClass(ProgressEvent);
