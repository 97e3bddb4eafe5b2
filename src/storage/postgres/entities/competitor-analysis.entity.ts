import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** The competitors of one user, a set that is saved as a whole: one row each, in the order given. */
const CompetitorAnalysisSchema = defineEntity({
  name: 'CompetitorAnalysis',
  tableName: 'competitor_analyses',
  ...ownership,
  properties: {
    userId: p.text().primary(),
    position: p.smallint().primary(),
    session: sessionReference,
    url: p.text().nullable(),
    /** The competitor just as it was posted. */
    details: p.json<JsonObject>(),
    createdAt: p.datetime(),
  },
});

export class CompetitorAnalysis extends CompetitorAnalysisSchema.class {}
CompetitorAnalysisSchema.setClass(CompetitorAnalysis);
