import { isJsonObject } from '../../../src/ground/problems/json.js';
import type { StepPayload } from './samples.js';

export type Path = readonly (string | number)[];

const GUIDELINES = [
  'guidelines',
  'best_practices',
  'avoid_elements',
  'content_strategy',
  'ai_generation_tips',
  'competitive_advantages',
  'content_calendar_suggestions',
];

/** Everything in a document that has nothing inside it. */
export function leaves(value: unknown, path: Path = []): [Path, unknown][] {
  const inside: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : isJsonObject(value)
      ? Object.entries(value)
      : [];
  if (inside.length === 0) return [[path, value]];
  return inside.flatMap(([key, item]) => leaves(item, [...path, key]));
}

export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inside, key) => (inside as Record<string | number, unknown> | undefined)?.[key], value);
}

/** Every leaf of a step's payload that must come back, and where: as it was posted, but for what the contract stores elsewhere. */
export function expectedLeaves({ data }: StepPayload): [Path, unknown][] {
  const posted = leaves(data).map(([path, value]): [Path, unknown] =>
    path[0] === 'research_depth' ? [path, 'Standard'] : [path, value],
  );
  const folded = posted
    .filter(([path]) => path[0] === 'analysis' && GUIDELINES.includes(String(path[1])))
    .map(([path, value]): [Path, unknown] => [['style_guidelines', ...path.slice(1)], value]);
  return [...posted, ...folded];
}
