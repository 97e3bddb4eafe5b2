import { isBlank, isJsonObject, isSameJson, type JsonObject } from '../../ground/problems/json.js';
import { integrationsRecord } from '../../onboarding/database/records/platform-integrations.record.js';
import { personaRecord } from '../../onboarding/database/records/persona-data.record.js';
import { camelCase, type Kind, type Mapping } from '../../onboarding/database/records/posted-data.js';
import { researchDepth, researchRecord } from '../../onboarding/database/records/research-preferences.record.js';
import { comparedAddress, websiteRecord } from '../../onboarding/database/records/website-analysis.record.js';
import { latest } from './local-time.js';
import type { Dated } from './legacy-user.js';
import { decodeOnce, isAbsent } from './python-json.js';
import { Redaction } from './redaction.js';
import type { Warnings } from './warnings.js';

/** The documents that are one object. */
export type DocumentName = 'website' | 'research' | 'persona' | 'integrations';

export const MAPPINGS: Readonly<Record<DocumentName, Mapping>> = {
  website: websiteRecord(true).mapping,
  research: researchRecord.mapping,
  persona: personaRecord.mapping,
  integrations: integrationsRecord.mapping,
};

const DEPTHS = ['research_depth', 'researchDepth'];

/** Keys of a guidelines object as the analysis makes it. */
const INNER_GUIDELINES = [
  'tone_recommendations',
  'structure_guidelines',
  'vocabulary_suggestions',
  'engagement_tips',
  'audience_considerations',
  'brand_alignment',
  'seo_optimization',
  'conversion_optimization',
];

const FITS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
  document: isJsonObject,
  list: Array.isArray,
  texts: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  either: (value) => isJsonObject(value) || Array.isArray(value),
};

/**
 * A document as our steps post it: flat, columns in their own spelling, each value of the kind that its place takes. A value of
 * another kind stays as an unknown key. Null if nothing is left.
 */
export function fitDocument(name: DocumentName, data: JsonObject, warnings: Warnings): JsonObject | null {
  const mapping = MAPPINGS[name];
  const rest = new Map(Object.entries(flatten(mapping, data)));
  if (name === 'website') separateGuidelines(rest);
  // Here, so that no document consists of secrets alone.
  const redaction = new Redaction([], warnings);
  for (const [key, value] of rest) if (redaction.isLeftOut(key, value, `${name}/${key}`)) rest.delete(key);
  const places: [string, Kind, readonly string[]][] = [
    ...Object.entries(mapping.kinds).map(([column, kind]): [string, Kind, readonly string[]] => [
      column,
      kind,
      [...(mapping.spellings?.[column] ?? []), camelCase(column), column],
    ]),
    ...[...Object.entries(mapping.folded?.kinds ?? {}), ...Object.entries(mapping.typed)].map(
      ([key, kind]): [string, Kind, readonly string[]] => [key, kind, [key]],
    ),
  ];
  const fitted = new Map<string, unknown>();
  for (const [place, kind, spellings] of places) {
    const value = spellings.map((key) => rest.get(key)).find((item) => !isAbsent(item));
    for (const key of spellings) rest.delete(key);
    if (value === undefined) continue;
    for (const [key, item] of fitValue(place, kind, value, warnings)) fitted.set(key, item);
  }
  for (const [key, value] of rest) if (!isAbsent(value)) fitted.set(key, value);
  const document = Object.fromEntries(fitted);
  if (name === 'research') return withDepth(document, warnings);
  return fitted.size > 0 ? document : null;
}

/** The older back end keeps the inner guidelines alone in the column of all guidelines. */
function separateGuidelines(document: Map<string, unknown>): void {
  const column = decodeOnce(document.get('style_guidelines'));
  const isInner = Array.isArray(column) || (isJsonObject(column) && INNER_GUIDELINES.some((key) => key in column));
  if (!isInner || (isJsonObject(column) && 'guidelines' in column)) return;
  document.delete('style_guidelines');
  if (isAbsent(document.get('guidelines'))) document.set('guidelines', column);
}

/** The nested level wins over the top one. */
function flatten({ nested }: Mapping, data: JsonObject): JsonObject {
  const inner = nested === null ? undefined : decodeOnce(data[nested]);
  if (nested === null || !isJsonObject(inner)) return data;
  const outer = Object.entries(data).filter(([key]) => key !== nested);
  return Object.fromEntries([...outer, ...Object.entries(inner).filter(([, value]) => !isBlank(value))]);
}

function fitValue(place: string, kind: Kind, given: unknown, warnings: Warnings): [string, unknown][] {
  const value = kind === 'text' ? given : decodeOnce(given);
  if (kind === 'flag' && isFlag(value)) return [[place, /^(?:true|1)$/i.test(String(value))]];
  if (kind === 'document' && isJsonObject(value)) return [[place, decodeKeys(value)]];
  if (FITS[kind](value)) return [[place, value]];
  warnings.add('wrong_type', `${place} has another type than here: it was kept in the unknown keys of its document.`);
  const texts = kind === 'texts' && Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
  return [
    ...(texts.length > 0 ? [[place, texts] satisfies [string, unknown]] : []),
    [`${place}_${typeof value === 'string' ? 'text' : 'value'}`, value],
  ];
}

const isFlag = (value: unknown) =>
  ['boolean', 'string', 'number'].includes(typeof value) && /^(?:true|false|0|1)$/i.test(String(value));

/** Models' answers are kept as JSON in a text here and there. */
function decodeKeys(document: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(document).map(([key, value]) => [key, decodeOnce(value)]));
}

/** No page has a blank choice. */
export function reportBlankDepth(key: string, value: unknown, warnings: Warnings): void {
  if (!DEPTHS.includes(key) || typeof value !== 'string' || value.trim() !== '') return;
  warnings.add('unknown_depth', 'The depth of research is blank: it was not imported.');
}

function withDepth(document: JsonObject, warnings: Warnings): JsonObject | null {
  const { research_depth: given, ...others } = document;
  if (given === undefined) return Object.keys(document).length > 0 ? document : null;
  const depth = researchDepth(given);
  if (depth === undefined) {
    warnings.add('unknown_depth', 'The depth of research is unknown here: it became Comprehensive.');
  }
  return { ...others, research_depth: depth ?? 'Comprehensive' };
}

/**
 * Of one document in two sources the later one, the first of two equal ones, with the keys of the other that it lacks where both
 * are about the same.
 */
export function mergeDocuments(
  name: DocumentName,
  first: Dated<JsonObject> | null,
  second: Dated<JsonObject> | null,
): Dated<JsonObject> | null {
  if (!first || !second) return first ?? second;
  const [winner, other] = isLater(second, first) ? [second, first] : [first, second];
  return fillDocument(name, winner, other);
}

/** The document with the keys of another one that it lacks, where both are about the same. */
export function fillDocument(
  name: DocumentName,
  document: Dated<JsonObject>,
  other: Dated<JsonObject> | null,
): Dated<JsonObject> {
  if (!other || !isAboutSame(name, document.value, other.value)) return document;
  const { folded } = MAPPINGS[name];
  const inner = folded ? document.value[folded.into] : undefined;
  // A folded key is one of a column's document.
  const isThere = (key: string) =>
    !isAbsent(document.value[key]) ||
    (folded !== undefined && Object.hasOwn(folded.kinds, key) && isJsonObject(inner) && !isAbsent(inner[key]));
  const absent = Object.entries(other.value).filter(([key]) => !isThere(key));
  return {
    value: Object.fromEntries([...Object.entries(document.value), ...absent]),
    createdAt: document.createdAt ?? other.createdAt,
    updatedAt: document.updatedAt ?? other.updatedAt,
  };
}

/** What two documents must share so that a key of one may fill a gap of the other. */
const SUBJECTS: Readonly<Partial<Record<DocumentName, string>>> = { website: 'website_url', persona: 'core_persona' };

function isAboutSame(name: DocumentName, one: JsonObject, other: JsonObject): boolean {
  const subject = SUBJECTS[name];
  if (subject === undefined) return true;
  const [first, second] = [one[subject], other[subject]];
  if (isAbsent(first) || isAbsent(second)) return true;
  return isSameJson(comparedAddress(first), comparedAddress(second));
}

export function isLater(one: Dated<unknown>, other: Dated<unknown>): boolean {
  const [first, second] = [timeOf(one), timeOf(other)];
  return first !== null && (second === null || first > second);
}

export function timeOf({ createdAt, updatedAt }: Dated<unknown>): Date | null {
  return latest(createdAt, updatedAt);
}
