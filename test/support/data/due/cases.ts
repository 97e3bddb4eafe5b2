import type { DueCase } from './case.js';
import { KEY_AND_WEBSITE_CASES } from './keys-and-website.js';
import { MALFORMED_CASES } from './malformed-documents.js';
import { RESEARCH_AND_LATER_CASES } from './research-and-later.js';

/** Every code in the states in which it appears. */
export const DUE_CASES: readonly DueCase[] = [
  ...KEY_AND_WEBSITE_CASES,
  ...RESEARCH_AND_LATER_CASES,
  ...MALFORMED_CASES,
];
