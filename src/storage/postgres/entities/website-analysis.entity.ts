import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** The analysis of the user's website that step 2 saves, one row per user. */
const WebsiteAnalysisSchema = defineEntity({
  name: 'WebsiteAnalysis',
  tableName: 'website_analyses',
  ...ownership,
  properties: {
    userId: p.text().primary(),
    id: p.uuid(),
    session: sessionReference,
    websiteUrl: p.text().nullable(),
    writingStyle: p.json<JsonObject>().nullable(),
    contentCharacteristics: p.json<JsonObject>().nullable(),
    targetAudience: p.json<JsonObject>().nullable(),
    contentType: p.json<JsonObject>().nullable(),
    recommendedSettings: p.json<JsonObject>().nullable(),
    brandAnalysis: p.json<JsonObject>().nullable(),
    contentStrategyInsights: p.json<JsonObject>().nullable(),
    socialMediaPresence: p.json<JsonObject>().nullable(),
    socialMediaAccounts: p.json<JsonObject>().nullable(),
    seoAudit: p.json<JsonObject>().nullable(),
    sitemapAnalysis: p.json<JsonObject>().nullable(),
    stylePatterns: p.json<JsonObject>().nullable(),
    styleGuidelines: p.json<JsonObject>().nullable(),
    crawlResult: p.json<JsonObject>().nullable(),
    status: p.text().nullable(),
    extra: p.json<JsonObject>().defaultRaw(`'{}'::jsonb`),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export class WebsiteAnalysis extends WebsiteAnalysisSchema.class {}
WebsiteAnalysisSchema.setClass(WebsiteAnalysis);
