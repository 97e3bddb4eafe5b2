import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** The competitors of one user, saved as a whole: one row each, in the user's order. */
const CompetitorAnalysisSchema = defineEntity({
  name: 'CompetitorAnalysis',
  tableName: 'competitor_analyses',
  ...ownership,
  properties: {
    userId: p.text().primary(),
    position: p.smallint().primary(),
    session: sessionReference,
    url: p.text().nullable(),
    /** The competitor exactly as the client sent it. */
    details: p.json<JsonObject>(),
    createdAt: p.datetime(),
  },
});

export class CompetitorAnalysis extends CompetitorAnalysisSchema.class {}
CompetitorAnalysisSchema.setClass(CompetitorAnalysis);
