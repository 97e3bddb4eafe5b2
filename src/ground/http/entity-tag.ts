import { Precondition } from '../problems/precondition.js';
import { InvalidInput } from '../problems/problem.js';

const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/;
const IF_MATCH = new RegExp(`^\\s*(?:\\*|${ENTITY_TAG.source}(?:\\s*,\\s*${ENTITY_TAG.source})*)\\s*$`);

/** The precondition of `If-Match`; null without the header. @throws InvalidInput unless it is a list of entity tags */
export function preconditionOf(header: string | undefined): Precondition | null {
  if (header === undefined) return null;
  if (!IF_MATCH.test(header)) {
    throw new InvalidInput('If-Match must be * or entity tags as ETag has them, comma-separated.');
  }
  // A weak tag keeps its mark `W/`, so it never equals the strong tag that it resembles.
  return new Precondition(new Set(header.match(new RegExp(ENTITY_TAG.source, 'g')) ?? ['*']));
}
