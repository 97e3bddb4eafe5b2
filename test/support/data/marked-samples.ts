import { isJsonObject } from '../../../src/ground/problems/json.js';
import { sample, type StepPayload } from './samples.js';

/** Fields that take none but their own words. */
const CLOSED = new Set(['research_depth']);

/** The wizard's sample of a step with a mark in every text of it: wherever the mark turns up, this payload does. */
export function markedSample(step: number, mark: string): StepPayload {
  const { data, validation_errors } = sample(step);
  return { data: marked(data, mark) as StepPayload['data'], validation_errors: [...validation_errors, mark] };
}

function marked(value: unknown, mark: string, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => marked(item, mark, key));
  if (isJsonObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, marked(item, mark, name)]));
  }
  if (typeof value !== 'string' || CLOSED.has(key)) return value;
  return value.startsWith('http') ? `${value}/${mark}` : `${value}${mark}`;
}
