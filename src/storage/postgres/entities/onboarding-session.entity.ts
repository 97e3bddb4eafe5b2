import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { readByOperators } from './ownership.js';
import { NUMBERED, STEP_KEY } from './step-key.js';

/** One user's onboarding: a user has one session or none. */
const OnboardingSessionSchema = defineEntity({
  name: 'OnboardingSession',
  tableName: 'onboarding_sessions',
  ...readByOperators,
  properties: {
    // No user has the empty id: the session variable may hold it on a connection without a user.
    userId: p.text().primary().unique('onboarding_sessions_user_id_unique').check(`user_id <> ''`),
    id: p.uuid().primary(),
    /** Counts the user's changes, one event each: see progress_events. */
    revision: p.bigint('number').default(0),
    /** The state of steps, by key; an absent one is pending. */
    steps: p.json<JsonObject>().defaultRaw(`'{}'::jsonb`).check(`not jsonb_path_exists(steps, '${NUMBERED}')`),
    /** Texts of the user's client, by step; one without errors is absent. */
    validationErrors: p.json<Record<string, string[]>>().defaultRaw(`'{}'::jsonb`),
    /** The key of a step that the user has chosen to go to; null means the first unfinished one. */
    currentStep: p.text().nullable().check(`current_step ~ '${STEP_KEY}'`),
    percentageFloor: p
      .decimal('number')
      .precision(5)
      .scale(2)
      .default(0)
      .check('percentage_floor >= 0 and percentage_floor <= 100'),
    /** Bytes of the user's documents as JSON text, by table. */
    documentSizes: p.json<Record<string, number>>().defaultRaw(`'{}'::jsonb`),
    /** Their sum, to be had before the documents are read. */
    documentBytes: p.integer().default(0).check('document_bytes <= 10485760'),
    /** Their keys and values, or a few more: counted exactly only when there may be too many. */
    documentItems: p.integer().default(0).check('document_items <= 30000'),
    startedAt: p.datetime(),
    updatedAt: p.datetime(),
    completedAt: p.datetime().nullable(),
    /** The wizard that the user was last seen with. */
    flow: p.text().nullable(),
    /** How it is known: `learnt` from what was posted, or `explicit`, since a request named it. */
    flowSource: p.text().nullable().check(`flow_source in ('learnt', 'explicit')`),
    /** What is onboarded, as it was posted. */
    onboardingType: p.text().nullable(),
  },
});

export class OnboardingSession extends OnboardingSessionSchema.class {}
OnboardingSessionSchema.setClass(OnboardingSession);
