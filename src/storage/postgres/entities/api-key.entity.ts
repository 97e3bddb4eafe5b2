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
    /** Sealed under the user's data key, bound to user, provider and version. */
    sealedKey: p.blob(),
    /** Counts how often it was saved; an older seal does not open in its place. */
    version: p.integer(),
    description: p.text().nullable(),
    /** The provider's verdict on this version of the key; null: not checked. */
    verification: p.text().nullable().check(`verification in ('configured', 'invalid', 'unverified')`),
    verifiedAt: p.datetime().nullable(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export class ApiKey extends ApiKeySchema.class {}
ApiKeySchema.setClass(ApiKey);
