import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';

/** Keys of providers are kept by step 1 alone, sealed. Another step that is sent some passes them over, and says so. */
export function misplacedKeysWarning(data: JsonObject): string[] {
  const posted = [data['api_keys'], data['apiKeys']].some((keys) => isJsonObject(keys) && Object.keys(keys).length > 0);
  return posted ? ['API keys belong to step 1: those sent with this step were not saved.'] : [];
}
