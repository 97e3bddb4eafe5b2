import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { Documents } from './holdings.js';
import { SourceDamaged } from './legacy-database.js';
import type { LocalTime } from './local-time.js';
import { documentsOfPosts, fillGaps, POSTED_STEPS, postedDocuments, type PostedStep } from './posted-parts.js';
import { cleanJson, parsePythonJson } from './python-json.js';
import type { Warnings } from './warnings.js';

/** The flat files of a workspace, in its folder `agent_context`. */
export const CONTEXT_FILES: Readonly<Record<PostedStep, string>> = {
  website: 'step2_website_analysis.json',
  research: 'step3_research_preferences.json',
  personalization: 'step4_persona_data.json',
  integrations: 'step5_integrations.json',
};

/** Where the files keep the post as it came, which databases hold only a part of. */
const PAYLOADS: Readonly<Record<PostedStep, readonly string[]>> = {
  website: ['raw_step2_payload', 'raw_analysis_payload'],
  research: ['source_payload'],
  personalization: ['source_payload'],
  integrations: ['source_payload'],
};

const ALL_PAYLOADS = Object.values(PAYLOADS).flat();

/** Keys that the files add: times and notes of saving. */
const NOT_POSTED = ['saved_at', 'competitors_saved_at'];

/** A flat file, read. */
export interface ContextFile {
  readonly step: PostedStep;
  /** The user's true id. */
  readonly userId: string;
  readonly updatedAt: Date | null;
  readonly data: JsonObject;
}

/** @throws SourceDamaged if it is no such file */
export function readContextFile(step: PostedStep, text: string, time: LocalTime, warnings: Warnings): ContextFile {
  const file = parse(text);
  const { user_id: userId, data, updated_at: updatedAt } = isJsonObject(file) ? file : {};
  if (typeof userId !== 'string' || !isJsonObject(data)) throw new SourceDamaged('it names no user, or has no data.');
  return { step, userId, updatedAt: time.parse(updatedAt), data: cleanJson(data, warnings, 1) as JsonObject };
}

function parse(text: string): unknown {
  try {
    return parsePythonJson(text);
  } catch {
    throw new SourceDamaged('it is no JSON, or only the beginning of it.');
  }
}

/** What the files hold: first what they say of the row, and then what was posted for it. */
export function documentsOfContext(files: readonly ContextFile[], warnings: Warnings): Documents {
  const times = ({ updatedAt }: ContextFile) => ({ createdAt: null, updatedAt });
  const read = (file: ContextFile, data: unknown) =>
    postedDocuments(file.step, isJsonObject(data) ? withoutOmissions(data) : data, times(file), warnings);
  const rows = files.map((file) => ({ step: file.step, documents: read(file, rowIn(file)) }));
  const posts = files.flatMap((file) =>
    PAYLOADS[file.step].map((key) => ({ step: file.step, documents: read(file, file.data[key]) })),
  );
  return fillGaps(documentsOfPosts(inOrder(rows)), documentsOfPosts(inOrder(posts)));
}

const inOrder = <T extends { readonly step: PostedStep }>(posts: readonly T[]) =>
  [...posts].sort((one, other) => POSTED_STEPS.indexOf(one.step) - POSTED_STEPS.indexOf(other.step));

/** Columns that pages post under other names. */
const POSTED_NAMES: Readonly<Record<string, string>> = {
  industry_context: 'industryContext',
  integration_status: 'status',
};

function rowIn({ data }: ContextFile): JsonObject {
  const kept = Object.entries(data).filter(([key]) => !ALL_PAYLOADS.includes(key) && !NOT_POSTED.includes(key));
  return Object.fromEntries(kept.map(([key, value]) => [POSTED_NAMES[key] ?? key, value]));
}

/** The data without parts that the file leaves out: what sounds like a secret, and what is too large. */
function withoutOmissions(data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(data).flatMap(([key, value]) => {
      if (isOmitted(value)) return [];
      if (!isJsonObject(value)) return hasOmission(value) ? [] : [[key, value] as const];
      return [[key, withoutOmissions(value)] as const];
    }),
  );
}

function isOmitted(value: unknown): boolean {
  if (typeof value === 'string') return value === '[REDACTED]' || value.startsWith('[OMITTED');
  return isJsonObject(value) && value['omitted'] === true;
}

function hasOmission(value: unknown): boolean {
  if (isOmitted(value)) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasOmission);
}
