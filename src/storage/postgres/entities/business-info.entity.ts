import { defineEntity, p } from '@mikro-orm/postgresql';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** The business as its owner describes it, one row per user. */
const BusinessInfoSchema = defineEntity({
  name: 'BusinessInfo',
  tableName: 'business_info',
  ...ownership,
  properties: {
    userId: p.text().primary(),
    id: p.uuid(),
    session: sessionReference,
    businessDescription: p.text(),
    industry: p.text().nullable(),
    targetAudience: p.text().nullable(),
    businessGoals: p.text().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export class BusinessInfo extends BusinessInfoSchema.class {}
BusinessInfoSchema.setClass(BusinessInfo);
