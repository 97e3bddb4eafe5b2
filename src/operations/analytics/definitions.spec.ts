import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ACTIVITY_DEFINITIONS, COHORTS_DEFINITIONS, FUNNEL_DEFINITIONS, STUCK_DEFINITIONS } from './definitions.js';

const ALL = {
  funnel: FUNNEL_DEFINITIONS,
  cohorts: COHORTS_DEFINITIONS,
  activity: ACTIVITY_DEFINITIONS,
  stuck: STUCK_DEFINITIONS,
};
const LISTED = Object.entries(ALL).flatMap(([route, definitions]) =>
  Object.entries(definitions).map(([figure, sentence]) => [route, figure, sentence] as const),
);
const DOCUMENT = readFileSync('docs/analytics.md', 'utf8');

/** The part of the document about a route. */
const partOf = (route: string) =>
  DOCUMENT.split(/^##+ /m).find((part) => part.startsWith(`\`GET /analytics/${route}\``));

describe('the definitions of figures', () => {
  it.each(LISTED)('are in the document: %s, %s', (route, figure, sentence) => {
    expect(partOf(route)).toContain(`- \`${figure}\`: ${sentence}`);
  });

  it('are sentences', () => {
    expect(LISTED).toHaveLength(29);
    for (const [, , sentence] of LISTED) expect(sentence).toMatch(/^[A-Z].*[^.]\.$/);
  });
});
