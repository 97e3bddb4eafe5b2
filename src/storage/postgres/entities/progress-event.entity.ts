import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';
import { STEP_KEY } from './step-key.js';

/** What happened to one user's onboarding, append-only: facts, never user input. `revision` is the session's, without gaps. */
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
    /** Who: `user`, `service:<id>`, `operator:<id>` or `system`. Events from before `cause` have the user id for `user`. */
    actor: p.text(),
    /** Why: one word, such as `wizard`. */
    cause: p.text().default('wizard'),
    occurredAt: p.datetime(),
  },
});

export class ProgressEvent extends ProgressEventSchema.class {}
ProgressEventSchema.setClass(ProgressEvent);
