import { defineEntity, p } from '@mikro-orm/postgresql';
import type { JsonObject } from '../../../ground/problems/json.js';
import { ownership } from './ownership.js';
import { sessionReference } from './session-reference.js';

/** What a document was before the event of a revision replaced it. */
const DocumentVersionSchema = defineEntity({
  name: 'DocumentVersion',
  tableName: 'document_versions',
  ...ownership,
  properties: {
    userId: p.text().primary(),
    /** The table that the document is in. */
    document: p.text().primary(),
    revision: p.bigint('number').primary(),
    session: sessionReference,
    /** Columns and `extra` of its row, or the list of its rows; null: there was nothing. */
    content: p.json<JsonObject | unknown[]>().nullable(),
    /** Of the content as JSON text. */
    bytes: p.integer(),
  },
});

export class DocumentVersion extends DocumentVersionSchema.class {}
DocumentVersionSchema.setClass(DocumentVersion);
