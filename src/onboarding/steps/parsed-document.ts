import type { JsonObject } from '../../ground/problems/json.js';
import type { DocumentRecord } from '../database/records/document-record.js';
import { isEmptyPatch, withoutEmpty, type Patch } from '../database/records/posted-data.js';
import type { Parsed, Section } from '../progress/step-handler.js';

/** What a step's posted data change in its table. */
export interface ParsedDocument extends Parsed {
  readonly patch: Patch;
}

/** Names that pages and clients use for many things: they stay with the step that they are posted with. */
const COMMON_NAMES = ['status', 'notes', 'providers'];

/** The section of a step that keeps one document. */
export function documentSection(record: DocumentRecord, shared: readonly string[] = []): Section<ParsedDocument> {
  return {
    keys: new Set([...record.keys].filter((key) => !COMMON_NAMES.includes(key))),
    shared: new Set(shared),
    parse(data: JsonObject) {
      const patch = withoutEmpty(record.parse(data, '/data'));
      return isEmptyPatch(patch) ? null : { patch, warnings: [] };
    },
  };
}
