import type { JsonObject } from '../../../ground/problems/json.js';
import { DocumentRecord } from './document-record.js';
import { camelCase, viewDocument, type Mapping } from './posted-data.js';

/** Step 4, in camelCase or snake_case. */
const mapping: Mapping = {
  table: 'persona_data',
  columns: ['core_persona', 'platform_personas', 'quality_metrics', 'selected_platforms'],
  kinds: {
    core_persona: 'document',
    platform_personas: 'document',
    quality_metrics: 'document',
    selected_platforms: 'texts',
  },
  nested: null,
  typed: {
    brandAvatar: 'document',
    voiceClone: 'document',
    introVideo: 'document',
    stepType: 'text',
    completedAt: 'text',
  },
  neverExtra: [],
};

/** The row in both spellings: the page reads one, other readers the other. */
function viewPersona(row: JsonObject): JsonObject {
  const view = viewDocument(mapping, row);
  return { ...view, ...Object.fromEntries(mapping.columns.map((column) => [camelCase(column), view[column]])) };
}

export const personaRecord = new DocumentRecord(mapping, viewPersona);
