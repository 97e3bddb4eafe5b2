import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { Patch } from '../database/records/posted-data.js';
import type { Parsed } from '../progress/step-handler.js';

/** What a step's posted data change in its table. */
export interface ParsedDocument extends Parsed {
  readonly patch: Patch;
}

/** Only step 1 keeps keys of providers, and seals them. Another step that gets some ignores them, and says so. */
export function misplacedKeysWarning(data: JsonObject): string[] {
  const posted = [data['api_keys'], data['apiKeys']].some((keys) => isJsonObject(keys) && Object.keys(keys).length > 0);
  return posted ? ['API keys belong to step 1: those sent with this step were not saved.'] : [];
}
