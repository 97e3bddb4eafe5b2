import { expect, it } from '@jest/globals';
import { findUnstorable, type JsonObject } from '../../ground/problems/json.js';
import { cleanDocuments } from './clean-documents.js';
import { NO_DOCUMENTS } from './holdings.js';
import { Redaction } from './redaction.js';
import { Warnings } from './warnings.js';

const dated = <T>(value: T) => ({ value, createdAt: null, updatedAt: null });

/** @param levels of objects, with a NUL and a large number inside */
function nested(levels: number): JsonObject {
  const inner: JsonObject = { text: 'a\u0000', number: 1e300 };
  return levels <= 1 ? inner : { a: nested(levels - 1) };
}

it('documents can be posted back, however deep they are and whatever texts of theirs held', () => {
  const warnings = new Warnings();
  const documents = { ...NO_DOCUMENTS, website: dated(nested(150)), competitors: dated([nested(150), nested(97)]) };
  const { website, competitors } = cleanDocuments(documents, new Redaction([], warnings), warnings);
  expect(findUnstorable({ data: website?.value })).toBeNull();
  expect(findUnstorable({ data: { competitors: competitors?.value } })).toBeNull();
  expect(warnings.list.map(({ code }) => code).sort()).toEqual(['inexact_number', 'replaced_characters', 'too_deep']);
});

it('a document of secrets alone is none', () => {
  const warnings = new Warnings();
  const documents = { ...NO_DOCUMENTS, persona: dated({ api_keys: { gemini: 'x' } }) };
  expect(cleanDocuments(documents, new Redaction([], warnings), warnings).persona).toBeNull();
});
