import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** The personas that step 4 saves, one row per user. */
const PersonaDataSchema = defineEntity({
  name: 'PersonaData',
  tableName: 'persona_data',
  ...ownership,
  properties: {
    userId: p.text().primary(),
    id: p.uuid(),
    session: sessionReference,
    corePersona: p.json<JsonObject>().nullable(),
    platformPersonas: p.json<JsonObject>().nullable(),
    qualityMetrics: p.json<JsonObject>().nullable(),
    selectedPlatforms: p.json<string[]>().nullable(),
    extra: p.json<JsonObject>().defaultRaw(`'{}'::jsonb`),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export class PersonaData extends PersonaDataSchema.class {}
PersonaDataSchema.setClass(PersonaData);
