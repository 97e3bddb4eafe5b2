import type { JsonObject } from '../../../../src/ground/problems/json.js';
import type { Client } from '../../service/client.js';
import { done } from '../../service/done.js';
import { completing, INTEGRATIONS, PERSONALIZATION, RESEARCH, since, website, type DueCase } from './case.js';
import {
  ANALYSIS,
  completeSteps,
  finishDemanded,
  OTHER_RIVAL,
  PERSONA,
  post,
  RIVAL,
  saveThenReset,
  start,
} from './states.js';

async function laterWebsite(user: Client, step: number, data: JsonObject): Promise<void> {
  await website({ analysis: ANALYSIS })(user);
  await post(user, step, data);
  await website({ website: 'https://moved.example' })(user);
}

export const RESEARCH_AND_LATER_CASES: readonly DueCase[] = [
  {
    code: 'research_missing',
    reach: (user) => completeSteps(user, 1, 2),
    list: 'currently_due',
    step: RESEARCH,
    since: 'start',
    clears: [
      [completing(3), '/data/competitors', [RIVAL]],
      [completing(3), '/data/researchSummary', { total_competitors: 1 }],
      [completing(3), '/data/sitemapAnalysis', { total_urls: 12 }],
      [completing(3), '/data/research_depth', 'Basic'],
    ],
  },
  {
    code: 'research_step_open',
    reach: async (user) => {
      await saveThenReset(user, 3);
      await completeSteps(user, 1, 2);
    },
    list: 'currently_due',
    step: RESEARCH,
    since: 'start',
    clears: [[completing(3), null]],
  },
  {
    code: 'research_older_than_website',
    reach: (user) => laterWebsite(user, 3, { competitors: [RIVAL] }),
    list: 'recommended',
    step: RESEARCH,
    since: since('website_analyses'),
    clears: [
      [completing(3), '/data/competitors', [OTHER_RIVAL]],
      [completing(3), '/data/researchSummary', { total_competitors: 2 }],
      [completing(3), '/data/sitemapAnalysis', { total_urls: 13 }],
    ],
  },
  {
    code: 'competitors_missing',
    reach: (user) => post(user, 3, { research_depth: 'Basic' }),
    list: 'recommended',
    step: RESEARCH,
    since: 'start',
    clears: [[completing(3), '/data/competitors', [RIVAL]]],
  },
  {
    code: 'competitor_is_own_site',
    reach: async (user) => {
      await website()(user);
      await post(user, 3, { competitors: [RIVAL, { url: 'http://WWW.example.com/about' }] });
    },
    list: 'errors',
    step: RESEARCH,
    pointer: '/data/competitors/1',
    since: since('competitor_analyses'),
    clears: [[completing(3), '/data/competitors', [RIVAL]]],
  },
  {
    code: 'content_types_uncovered',
    when: 'next to a persona',
    reach: async (user) => {
      await post(user, 4, PERSONA);
      await post(user, 3, { content_types: ['Podcasts'] });
    },
    list: 'recommended',
    step: RESEARCH,
    pointer: '/data/content_types',
    since: since('research_preferences'),
    clears: [
      [completing(3), '/data/content_types', ['Blog Posts']],
      [completing(4), '/data', { ...PERSONA, platformPersonas: { podcast: { tone: 'warm' } } }],
    ],
  },
  {
    code: 'content_types_uncovered',
    reach: async (user) => {
      await website({ analysis: ANALYSIS })(user);
      await post(user, 3, { content_types: ['Blog Posts', 'Podcasts'] });
    },
    list: 'recommended',
    step: RESEARCH,
    pointer: '/data/content_types',
    since: since('research_preferences'),
    clears: [
      [completing(3), '/data/content_types', ['Blog Posts']],
      [completing(4), '/data', { ...PERSONA, platformPersonas: { podcast: { tone: 'warm' } } }],
    ],
  },
  {
    code: 'persona_missing',
    reach: start,
    list: 'recommended',
    step: PERSONALIZATION,
    since: 'start',
    clears: [[completing(4), '/data', PERSONA]],
  },
  {
    code: 'persona_older_than_website',
    reach: (user) => laterWebsite(user, 4, PERSONA),
    list: 'recommended',
    step: PERSONALIZATION,
    since: since('website_analyses'),
    clears: [[completing(4), '/data', { ...PERSONA, corePersona: { identity: { persona_name: 'The exact friend' } } }]],
  },
  {
    code: 'platform_without_persona',
    reach: (user) => post(user, 4, { ...PERSONA, selectedPlatforms: ['blog', 'TikTok'] }),
    list: 'recommended',
    step: PERSONALIZATION,
    pointer: '/data/selectedPlatforms',
    since: since('persona_data'),
    clears: [
      [
        completing(4),
        '/data',
        { ...PERSONA, platformPersonas: { blog: { tone: 'helpful' }, tiktok: { tone: 'quick' } } },
      ],
    ],
  },
  {
    code: 'persona_older_than_website',
    when: 'of a part of a persona',
    reach: async (user) => {
      await website({ analysis: ANALYSIS })(user);
      await done(user.post('/step4/persona-save', { core_persona: { identity: {} } }));
      await website({ website: 'https://moved.example' })(user);
    },
    list: 'recommended',
    step: PERSONALIZATION,
    since: since('website_analyses'),
    clears: [[completing(4), '/data', PERSONA]],
  },
  {
    code: 'platform_without_persona',
    when: 'next to a part of a persona',
    reach: (user) => done(user.post('/step4/persona-save', { selected_platforms: ['blog'] })),
    list: 'recommended',
    step: PERSONALIZATION,
    pointer: '/data/selectedPlatforms',
    since: since('persona_data'),
    clears: [[completing(4), '/data', PERSONA]],
  },
  {
    code: 'integrations_missing',
    reach: start,
    list: 'recommended',
    step: INTEGRATIONS,
    since: 'start',
    clears: [[completing(5), '/data/integrations', { connectedPlatforms: ['wordpress'] }]],
  },
  {
    code: 'final_step_open',
    reach: finishDemanded,
    list: 'currently_due',
    step: ['complete', 6],
    since: 'demanded',
    clears: [['POST complete', null]],
  },
];
