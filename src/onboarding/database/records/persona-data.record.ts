import type { JsonObject } from '../../../ground/problems/json.js';
import { camelCase, viewDocument, type Mapping } from './posted-data.js';

/** Step 4, in camelCase or snake_case. */
export const personaMapping: Mapping = {
  name: 'persona_data',
  columns: ['core_persona', 'platform_personas', 'quality_metrics', 'selected_platforms'],
  kinds: {
    core_persona: 'document',
    platform_personas: 'document',
    quality_metrics: 'document',
    selected_platforms: 'texts',
  },
  nested: null,
  known: {
    brandAvatar: 'document',
    voiceClone: 'document',
    introVideo: 'document',
    stepType: 'text',
    completedAt: 'text',
  },
  elsewhere: [],
};

/** The row in both spellings: the page reads one, other readers the other. */
export function viewPersona(row: JsonObject): JsonObject {
  const view = viewDocument(personaMapping, row);
  return { ...view, ...Object.fromEntries(personaMapping.columns.map((column) => [camelCase(column), view[column]])) };
}
