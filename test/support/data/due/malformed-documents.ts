import { completing, INTEGRATIONS, PERSONALIZATION, RESEARCH, since, SITE, website, type DueCase } from './case.js';
import { PERSONA, post, RIVAL } from './states.js';

const malformed = (
  step: readonly [string, number],
  pointer: string,
  table: string,
  value: unknown,
  reach: DueCase['reach'],
) =>
  ({
    code: 'document_malformed',
    when: `at ${pointer}`,
    reach,
    list: 'errors',
    step,
    pointer,
    since: since(table),
    clears: [[completing(step[1]), pointer, value]],
  }) satisfies DueCase;

/** One of each document. */
export const MALFORMED_CASES: readonly DueCase[] = [
  malformed(SITE, '/data/analysis/writing_style/tone', 'website_analyses', 'dry', (user) =>
    website({ analysis: { writing_style: { tone: 5 } } })(user),
  ),
  malformed(RESEARCH, '/data/target_audience/expertise_level', 'research_preferences', 'beginner', (user) =>
    post(user, 3, { target_audience: { expertise_level: ['beginner'] } }),
  ),
  malformed(RESEARCH, '/data/competitors/0/relevance_score', 'competitor_analyses', 0.9, (user) =>
    post(user, 3, { competitors: [{ ...RIVAL, relevance_score: 'high' }] }),
  ),
  malformed(PERSONALIZATION, '/data/corePersona/identity/brand_values/1', 'persona_data', 'honest', (user) =>
    post(user, 4, { ...PERSONA, corePersona: { identity: { brand_values: ['plain', 7] } } }),
  ),
  {
    // Such data are refused today, also next to a good value under another name: they are in rows of earlier versions.
    alone: true,
    ...malformed(
      INTEGRATIONS,
      '/data/integrations/connectedPlatforms',
      'platform_integrations',
      ['wordpress'],
      async (user, database, userId) => {
        await post(user, 5, { integrations: { connectedPlatforms: ['wordpress'] } });
        const text = 'update platform_integrations set connected_platforms = $2 where user_id = $1';
        await database.query(text, [userId, '7']);
      },
    ),
  },
];
