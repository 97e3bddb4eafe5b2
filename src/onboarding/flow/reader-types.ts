import { isBlank, isJsonObject, pointer, type JsonObject } from '../../ground/problems/json.js';
import type { OnboardingFacts } from './onboarding-facts.js';

/** A type that readers take: `texts` is a text or a list of texts, `audience` is that, or an object with such `demographics`. */
export type ReaderType = 'text' | 'texts' | 'audience' | 'number';

/** Which document, the path of keys in it, and what its readers take there. */
type ReaderPath = readonly [path: string, type: ReaderType];

/**
 * What those read who make AI inputs, profiles and prompts from saved documents, but for columns that hold texts alone. A wrong type
 * falls back to a default there, so the user should know.
 */
export const READER_PATHS = {
  website: [
    ['writing_style.tone', 'text'],
    ['writing_style.voice', 'text'],
    ['writing_style.complexity', 'text'],
    ['content_type.primary_type', 'text'],
    ['content_type.secondary_types', 'texts'],
    ['content_type.purpose', 'text'],
    ['target_audience', 'audience'],
    ['target_audience.industry_focus', 'text'],
    ['target_audience.expertise_level', 'text'],
    ['brand_analysis.brand_voice', 'text'],
    ['brand_analysis.brand_values', 'texts'],
    ['brand_analysis.color_palette', 'texts'],
    ['content_strategy_insights.content_pillars', 'texts'],
    ['sitemap_analysis.content_pillars', 'texts'],
  ],
  research: [
    ['content_types', 'texts'],
    ['writing_style.tone', 'text'],
    ['writing_style.voice', 'text'],
    ['writing_style.complexity', 'text'],
    ['target_audience', 'audience'],
    ['target_audience.industry_focus', 'text'],
    ['target_audience.expertise_level', 'text'],
  ],
  competitors: [
    ['domain', 'text'],
    ['url', 'text'],
    ['relevance_score', 'number'],
    ['highlights', 'texts'],
  ],
  persona: [
    ['core_persona.identity.industry', 'text'],
    ['core_persona.identity.voice', 'text'],
    ['core_persona.identity.brand_values', 'texts'],
    ['core_persona.target_audience', 'audience'],
    ['core_persona.tonal_range.default_tone', 'text'],
    ['core_persona.linguistic_fingerprint.complexity', 'text'],
    ['core_persona.linguistic_fingerprint.lexical_features.go_to_words', 'texts'],
    ['core_persona.content_pillars', 'texts'],
    ['selected_platforms', 'texts'],
  ],
  integrations: [['connected_platforms', 'texts']],
} as const satisfies Record<string, readonly ReaderPath[]>;

export type ReadDocument = keyof typeof READER_PATHS;

export const READ_DOCUMENTS = Object.keys(READER_PATHS) as readonly ReadDocument[];

/** A place in a saved document whose type its readers cannot use. */
export interface Malformed {
  readonly document: ReadDocument;
  /** From the body's `data` on, in the spelling that wins when it is posted. */
  readonly pointer: string;
  /** What the readers take there. */
  readonly expected: string;
}

const EXPECTED: Readonly<Record<ReaderType | 'object', string>> = {
  text: 'a text',
  texts: 'a text, or a list of texts',
  audience: 'an object, a text, or a list of texts',
  number: 'a number',
  object: 'an object',
};

/** Each place of this document, once; of a list, the first item. */
export function malformedIn(document: ReadDocument, facts: OnboardingFacts): readonly Malformed[] {
  const values = document === 'competitors' ? facts.competitors : [facts[document]?.values ?? {}];
  const found = new Map<string, Malformed>();
  for (const [index, value] of values.entries()) {
    for (const [path, type] of READER_PATHS[document]) {
      const fault = faultAt(value, path.split('.'), type);
      if (!fault) continue;
      const at =
        document === 'competitors'
          ? pointer('data', 'competitors', index, ...fault.path)
          : posted(document, fault.path);
      if (!found.has(at)) found.set(at, { document, pointer: at, expected: EXPECTED[fault.expected] });
    }
  }
  return [...found.values()];
}

interface Fault {
  readonly path: readonly (string | number)[];
  readonly expected: ReaderType | 'object';
}

/** Where the value at the end of the path, or one on the way, is of a wrong type; null: nowhere, or there is none. */
function faultAt(document: JsonObject, path: readonly string[], type: ReaderType): Fault | null {
  let value: unknown = document;
  for (const [depth, key] of path.entries()) {
    if (isBlank(value)) return null;
    // An audience may be texts, and then has nothing inside.
    if (!isJsonObject(value))
      return isTexts(value) && path[depth - 1] === 'target_audience'
        ? null
        : { path: path.slice(0, depth), expected: 'object' };
    value = value[key];
  }
  return isBlank(value) ? null : faultOf(value, path, type);
}

function faultOf(value: unknown, path: readonly (string | number)[], type: ReaderType): Fault | null {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? null : { path, expected: type };
    case 'number':
      return typeof value === 'number' ? null : { path, expected: type };
    case 'texts': {
      if (typeof value === 'string') return null;
      if (!Array.isArray(value)) return { path, expected: type };
      const index = value.findIndex((item) => !isBlank(item) && typeof item !== 'string');
      return index < 0 ? null : { path: [...path, index], expected: 'text' };
    }
    case 'audience': {
      if (!isJsonObject(value)) return isTexts(value) ? null : { path, expected: type };
      const { demographics } = value;
      return isBlank(demographics) ? null : faultOf(demographics, [...path, 'demographics'], 'texts');
    }
  }
}

const isTexts = (value: unknown) =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((item) => isBlank(item) || typeof item === 'string'));

/** Keys of documents that have another spelling, which wins where both are posted. */
const SPELLINGS: Readonly<Record<string, string>> = {
  core_persona: 'corePersona',
  selected_platforms: 'selectedPlatforms',
  connected_platforms: 'connectedPlatforms',
};

/** The object of the step's data that holds a document, where it wins over the top level. */
const WITHIN: Readonly<Partial<Record<ReadDocument, string>>> = { website: 'analysis', integrations: 'integrations' };

function posted(document: ReadDocument, [column = '', ...rest]: readonly (string | number)[]): string {
  const within = WITHIN[document];
  return pointer('data', ...(within ? [within] : []), SPELLINGS[column] ?? column, ...rest);
}
