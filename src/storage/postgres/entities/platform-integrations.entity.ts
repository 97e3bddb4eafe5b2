import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** The platforms that step 5 connects, one row per user. */
const PlatformIntegrationsSchema = defineEntity({
  name: 'PlatformIntegrations',
  tableName: 'platform_integrations',
  ...ownership,
  properties: {
    userId: p.text().primary(),
    id: p.uuid(),
    session: sessionReference,
    primaryWebsite: p.text().nullable(),
    websitePlatforms: p.json<JsonObject>().nullable(),
    analyticsPlatforms: p.json<JsonObject>().nullable(),
    socialPlatforms: p.json<JsonObject>().nullable(),
    connectedPlatforms: p.json<string[]>().nullable(),
    providers: p.json<JsonObject | unknown[]>().nullable(),
    connectedAccounts: p.json<JsonObject | unknown[]>().nullable(),
    status: p.text().nullable(),
    notes: p.text().nullable(),
    extra: p.json<JsonObject>().defaultRaw(`'{}'::jsonb`),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export class PlatformIntegrations extends PlatformIntegrationsSchema.class {}
PlatformIntegrationsSchema.setClass(PlatformIntegrations);
