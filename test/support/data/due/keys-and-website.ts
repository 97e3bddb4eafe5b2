import type { Client } from '../../service/client.js';
import { done } from '../../service/done.js';
import { API_KEYS, completing, since, SITE, website, type DueCase } from './case.js';
import { moveBack } from './earlier.js';
import { ANALYSIS, completeSteps, KEYS, saveKey, saveThenReset, start } from './states.js';

/** The user asks the providers about the saved keys. */
const verify = (user: Client) => done(user.post('/api-keys/validate'));

export const KEY_AND_WEBSITE_CASES: readonly DueCase[] = [
  {
    code: 'api_key_missing',
    reach: start,
    list: 'currently_due',
    step: API_KEYS,
    since: 'start',
    clears: [
      ['POST api-keys', '/api_key', KEYS.gemini],
      [completing(1), '/data/api_keys', { gemini: KEYS.gemini.api_key }],
    ],
  },
  {
    code: 'api_key_missing',
    when: 'next to a key for research',
    reach: (user) => saveKey(user, KEYS.exa),
    list: 'currently_due',
    step: API_KEYS,
    since: 'start',
    alternatives: ['api_keys_step_open'],
    clears: [
      ['POST api-keys', '/api_key', KEYS.gemini],
      [completing(1), '/data/api_keys', { gemini: KEYS.gemini.api_key }],
    ],
  },
  {
    code: 'api_keys_step_open',
    when: 'with a key for research',
    reach: (user) => saveKey(user, KEYS.exa),
    list: 'currently_due',
    step: API_KEYS,
    since: 'key',
    alternatives: ['api_key_missing'],
    clears: [[completing(1), null]],
  },
  {
    code: 'api_keys_step_open',
    when: 'after a reset',
    reach: (user) => saveThenReset(user, 1),
    list: 'currently_due',
    step: API_KEYS,
    since: 'start',
    clears: [[completing(1), null]],
  },
  {
    code: 'api_key_refused',
    providers: 'refuse',
    reach: async (user) => {
      await saveKey(user, KEYS.openai);
      await verify(user);
    },
    list: 'errors',
    step: API_KEYS,
    pointer: '/data/api_keys/openai',
    since: 'asked',
    clears: [
      ['POST api-keys', '/api_key', KEYS.otherOpenai],
      ['DELETE api-keys/openai', null],
    ],
  },
  {
    code: 'api_key_refused',
    when: 'next to another key',
    providers: 'refuse',
    reach: async (user) => {
      await saveKey(user, KEYS.openai);
      await verify(user);
      await saveKey(user, KEYS.gemini);
    },
    list: 'recommended',
    step: API_KEYS,
    pointer: '/data/api_keys/openai',
    since: 'asked',
    clears: [
      ['POST api-keys', '/api_key', KEYS.otherOpenai],
      ['DELETE api-keys/openai', null],
    ],
  },
  {
    code: 'api_key_unverified',
    reach: (user) => saveKey(user, KEYS.openai),
    list: 'pending_verification',
    step: API_KEYS,
    pointer: '/data/api_keys/openai',
    since: 'key',
    clears: [['POST api-keys/validate', null]],
  },
  {
    code: 'api_key_of_deployment',
    deployment: 'with a key',
    reach: start,
    list: 'recommended',
    step: API_KEYS,
    since: 'start',
    clears: [['POST api-keys', '/api_key', KEYS.gemini]],
  },
  {
    code: 'research_key_missing',
    reach: start,
    list: 'recommended',
    step: API_KEYS,
    since: 'start',
    clears: [['POST api-keys', '/api_key', KEYS.exa]],
  },
  {
    code: 'website_missing',
    reach: (user) => completeSteps(user, 1),
    list: 'currently_due',
    step: SITE,
    since: 'start',
    clears: [
      [completing(2), '/data/website', 'example.com'],
      [completing(2), '/data/businessData', { description: 'Bicycles made to measure' }],
      [completing(2), '/data/integrations', { wix: { connected: true } }],
    ],
  },
  {
    code: 'website_step_open',
    reach: async (user) => {
      await saveThenReset(user, 2);
      await completeSteps(user, 1);
    },
    list: 'currently_due',
    step: SITE,
    since: 'start',
    clears: [[completing(2), null]],
  },
  {
    code: 'website_analysis_missing',
    reach: website(),
    list: 'recommended',
    step: SITE,
    since: since('website_analyses'),
    clears: [[completing(2), '/data/analysis', ANALYSIS]],
  },
  {
    code: 'website_analysis_failed',
    reach: website({ analysis: { status: 'failed' } }),
    list: 'errors',
    step: SITE,
    pointer: '/data/analysis/status',
    since: since('website_analyses'),
    clears: [[completing(2), '/data/analysis/status', 'completed']],
  },
  {
    code: 'website_analysis_old',
    reach: async (user, database, userId) => {
      await website({ analysis: ANALYSIS })(user);
      await moveBack(database, userId, 181);
    },
    list: 'recommended',
    step: SITE,
    since: { table: 'website_analyses', plusDays: 180 },
    clears: [[completing(2), '/data/analysis', { ...ANALYSIS, writing_style: { tone: 'warm' } }]],
  },
];
