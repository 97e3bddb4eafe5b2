import { defineEntity, p } from '@mikro-orm/postgresql';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** The audit of what services and operators did to a user's data. Never changed, deleted only with all other data of the user. */
const AccessEventSchema = defineEntity({
  name: 'AccessEvent',
  tableName: 'access_events',
  ...ownership,
  properties: {
    userId: p.text().primary().check(`user_id <> ''`),
    id: p.uuid().primary(),
    session: () => sessionReference().nullable(),
    actor: p.text(),
    action: p.text(),
    subject: p.text().nullable(),
    occurredAt: p.datetime(),
  },
});

export class AccessEvent extends AccessEventSchema.class {}
AccessEventSchema.setClass(AccessEvent);
