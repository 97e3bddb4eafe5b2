import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** The research preferences that step 3 saves, one row per user. */
const ResearchPreferencesSchema = defineEntity({
  name: 'ResearchPreferences',
  tableName: 'research_preferences',
  ...ownership,
  properties: {
    userId: p.text().primary(),
    id: p.uuid(),
    session: sessionReference,
    researchDepth: p
      .text()
      .default('Comprehensive')
      .check(`research_depth in ('Basic', 'Standard', 'Comprehensive', 'Deep', 'Expert')`),
    contentTypes: p.json<string[]>().defaultRaw(`'["Blog Posts", "Social Media", "Newsletters"]'::jsonb`),
    autoResearch: p.boolean().default(true),
    factualContent: p.boolean().default(true),
    writingStyle: p.json<JsonObject>().nullable(),
    contentCharacteristics: p.json<JsonObject>().nullable(),
    targetAudience: p.json<JsonObject>().nullable(),
    recommendedSettings: p.json<JsonObject>().nullable(),
    extra: p.json<JsonObject>().defaultRaw(`'{}'::jsonb`),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export class ResearchPreferences extends ResearchPreferencesSchema.class {}
ResearchPreferencesSchema.setClass(ResearchPreferences);
