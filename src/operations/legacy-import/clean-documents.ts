import type { JsonObject } from '../../ground/problems/json.js';
import type { Documents } from './holdings.js';
import type { Dated } from './legacy-user.js';
import { cleanJson, isAbsent } from './python-json.js';
import type { Redaction } from './redaction.js';
import type { Warnings } from './warnings.js';

/** Levels around a document when it is posted: the body. A list is a key of its document. */
const DOCUMENT_DEPTH = 1;
const LIST_DEPTH = 2;

/**
 * Documents without secrets, as PostgreSQL can hold them and clients can post them back. It is done once all JSON in texts is
 * decoded, since what such texts hold was no part of the source's JSON.
 */
export function cleanDocuments(documents: Documents, redaction: Redaction, warnings: Warnings): Documents {
  const clean = <T extends JsonObject | readonly JsonObject[]>(
    name: keyof Documents,
    document: Dated<T> | null,
    depth = DOCUMENT_DEPTH,
  ): Dated<T> | null => {
    if (!document) return null;
    const value = redaction.value(name, cleanJson(document.value, warnings, depth)) as T;
    return isAbsent(value) ? null : { ...document, value };
  };
  return {
    website: clean('website', documents.website),
    research: clean('research', documents.research),
    competitors: clean('competitors', documents.competitors, LIST_DEPTH),
    persona: clean('persona', documents.persona),
    integrations: clean('integrations', documents.integrations),
    business: clean('business', documents.business),
  };
}
