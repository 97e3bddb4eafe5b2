import { isJsonObject, pointer, type JsonObject } from '../../../ground/problems/json.js';
import type { FieldError } from '../../../ground/problems/problem.js';

/** Competitors that one user may have. */
export const MAX_COMPETITORS = 500;
const MAX_URL_LENGTH = 2048;

/** What is wrong with a list of competitors; what is inside one is kept as it comes. */
export function competitorErrors(competitors: readonly unknown[], at: string): FieldError[] {
  if (competitors.length > MAX_COMPETITORS) {
    return [{ pointer: at, detail: `competitors must be at most ${MAX_COMPETITORS}.` }];
  }
  return competitors.flatMap((competitor, index) => {
    const here = at + pointer(index);
    if (!isJsonObject(competitor)) return [{ pointer: here, detail: 'A competitor must be an object.' }];
    const { url } = competitor;
    if (typeof url !== 'string' || url.length <= MAX_URL_LENGTH) return [];
    return [{ pointer: `${here}/url`, detail: `A competitor's url must have at most ${MAX_URL_LENGTH} characters.` }];
  });
}

/** One competitor per url, the last one that was posted in the place of the first. */
export function distinctCompetitors(competitors: readonly JsonObject[]): JsonObject[] {
  const byUrl = new Map<unknown, JsonObject>();
  for (const competitor of competitors) {
    const { url } = competitor;
    byUrl.set(typeof url === 'string' && url !== '' ? url : competitor, competitor);
  }
  return [...byUrl.values()];
}
