import { defineEntity, p } from '@mikro-orm/postgresql';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** The keys of AI providers, sealed: one per user and provider. */
const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  ...ownership,
  properties: {
    userId: p.text().primary(),
    provider: p.text().primary(),
    id: p.uuid(),
    session: sessionReference,
    sealedKey: p.blob(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export class ApiKey extends ApiKeySchema.class {}
ApiKeySchema.setClass(ApiKey);
