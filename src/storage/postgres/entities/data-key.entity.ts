import { defineEntity, p } from '@mikro-orm/postgresql';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** The key under which a user's secrets are sealed, itself sealed under a configured one. */
const DataKeySchema = defineEntity({
  name: 'DataKey',
  tableName: 'data_keys',
  ...ownership,
  properties: {
    userId: p.text().primary(),
    session: sessionReference,
    /** The id of the configured key that it is sealed under. */
    keyId: p.text(),
    version: p.integer(),
    sealedKey: p.blob(),
    createdAt: p.datetime(),
    updatedAt: p.datetime(),
  },
});

export class DataKey extends DataKeySchema.class {}
DataKeySchema.setClass(DataKey);
