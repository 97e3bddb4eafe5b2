import type { JsonObject } from '../../src/ground/problems/json.js';
import { apiKey, keyEnd, NOTHING, payload, PROVIDERS, type Document, type Provider } from './marks.js';
import type { Operation, Shown } from './operation.js';
import { PAST_OPERATIONS, statusesOf } from './past-operations.js';
import type { User } from './users.js';

const STEPS: Readonly<Record<number, Document>> = { 2: 'website', 3: 'research', 4: 'persona', 5: 'integrations' };
/** The keys by which events name these steps. */
const KEYS: Readonly<Record<number, string>> = { ...STEPS, 4: 'personalization' };

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the steps in the body of an answer
const documentsOf = (steps: any[]): Shown['documents'] =>
  Object.fromEntries(Object.entries(STEPS).map(([step, document]) => [document, steps[Number(step) - 1].data]));

function complete(step: number, weight: number): Operation {
  const document = STEPS[step] as Document;
  return {
    name: `complete step ${step}`,
    weight,
    expects: [200],
    request: ({ index }, number) => ({
      method: 'POST',
      path: `/step/${step}/complete`,
      body: { data: payload(document, index, number) },
    }),
    writes: {
      values: (_user, number) => ({ [document]: String(number) }),
      event: () => `step_completed ${KEYS[step]}`,
    },
    shows: ({ data }) => ({ documents: { [document]: data } }),
  };
}

function readStep(step: number): Operation {
  const document = STEPS[step] as Document;
  return {
    name: `read step ${step}`,
    weight: 3,
    expects: [200],
    request: () => ({ method: 'GET', path: `/step/${step}` }),
    shows: ({ data }) => ({ documents: { [document]: data } }),
  };
}

function saveKey(provider: Provider): Operation {
  return {
    name: `save a key of ${provider}`,
    weight: 3,
    expects: [200],
    request: ({ index }, number) => ({
      method: 'POST',
      path: '/api-keys',
      body: { provider, api_key: apiKey(index, number) },
    }),
    writes: {
      values: ({ index }, number) => ({ [provider]: keyEnd(index, number) }),
      event: () => `api_key_saved ${provider}`,
    },
  };
}

function removeKey(provider: Provider): Operation {
  return {
    name: `remove the key of ${provider}`,
    weight: 1,
    expects: [200, 404],
    request: () => ({ method: 'DELETE', path: `/api-keys/${provider}` }),
    writes: { values: () => ({ [provider]: NOTHING }), event: () => `api_key_removed ${provider}` },
    // Removed now, or not there to be removed.
    shows: () => ({ keys: { [provider]: NOTHING } }),
  };
}

/** A write that must be refused: its data must never be seen again. */
function invalid(name: string, path: string, body: (user: User, number: number) => unknown): Operation {
  return {
    name: `invalid: ${name}`,
    weight: 0.7,
    expects: [400],
    request: (user, number) => ({ method: 'POST', path, body: body(user, number) }),
    writes: {},
  };
}

const wrong = (document: Document, more: JsonObject) => (user: User, number: number) => ({
  data: { ...payload(document, user.index, number), ...more },
});

export const READ_PROGRESS: Operation = {
  name: 'read progress',
  weight: 8,
  expects: [200],
  request: () => ({ method: 'GET', path: '/progress' }),
  shows: ({ steps, completion_percentage }) => ({
    documents: documentsOf(steps),
    percentage: completion_percentage,
    statuses: statusesOf(steps),
  }),
};

export const READ_BUSINESS: Operation = {
  name: 'read business',
  weight: 3,
  expects: [200, 404],
  request: ({ id }) => ({ method: 'GET', path: `/business-info/user/${id}` }),
  shows: (body) => ({ documents: { business: body.status === 404 ? null : body } }),
};

export const READ_KEYS: Operation = {
  name: 'read keys',
  weight: 5,
  expects: [200],
  request: () => ({ method: 'GET', path: '/api-keys' }),
  shows: ({ api_keys }) => ({
    keys: Object.fromEntries(PROVIDERS.map((provider) => [provider, api_keys[provider]?.slice(-4) ?? NOTHING])),
  }),
};

export const OPERATIONS: readonly Operation[] = [
  complete(2, 9),
  complete(3, 8),
  complete(4, 3),
  complete(5, 8),
  {
    name: 'save persona',
    weight: 5,
    expects: [200],
    request: ({ index }, number) => ({
      method: 'POST',
      path: '/step4/persona-save',
      body: payload('persona', index, number),
    }),
    writes: { values: (_user, number) => ({ persona: String(number) }), event: () => 'data_saved personalization' },
  },
  {
    name: 'save business',
    weight: 5,
    expects: [200],
    request: ({ index }, number) => ({
      method: 'POST',
      path: '/business-info',
      body: payload('business', index, number),
    }),
    writes: { values: (_user, number) => ({ business: String(number) }), event: () => 'data_saved' },
    shows: (body) => ({ documents: { business: body } }),
  },
  ...PROVIDERS.map(saveKey),
  ...PROVIDERS.map(removeKey),
  {
    name: 'start',
    weight: 3,
    expects: [200],
    request: () => ({ method: 'POST', path: '/start' }),
    writes: {},
    shows: ({ progress }) => ({ percentage: progress }),
  },
  {
    name: 'skip step 4',
    weight: 2,
    expects: [200],
    request: () => ({ method: 'POST', path: '/step/4/skip' }),
    writes: {},
  },
  {
    name: 'end onboarding',
    weight: 1,
    expects: [200, 400],
    request: () => ({ method: 'POST', path: '/complete' }),
    writes: {},
  },
  {
    name: 'reset',
    weight: 0.5,
    expects: [200],
    request: () => ({ method: 'POST', path: '/reset' }),
    writes: { event: () => 'onboarding_reset', lowers: true },
  },
  invalid('website', '/step/2/complete', wrong('website', { website: 'http://localhost' })),
  invalid('research', '/step/3/complete', wrong('research', { research_depth: 'Bottomless' })),
  invalid('persona', '/step/4/complete', wrong('persona', { core_persona: 'a text' })),
  invalid('business', '/business-info', ({ index }, number) => ({
    ...payload('business', index, number),
    industry: 'x'.repeat(101),
  })),
  invalid('key', '/api-keys', ({ index }, number) => ({
    provider: 'exa',
    api_key: `a space ${apiKey(index, number)}`,
  })),
  invalid('skip step 2', '/step/2/skip', () => undefined),
  {
    name: 'read init',
    weight: 6,
    expects: [200],
    request: () => ({ method: 'GET', path: '/init' }),
    shows: ({ onboarding: { steps, completion_percentage } }) => ({
      documents: documentsOf(steps),
      percentage: completion_percentage,
      statuses: statusesOf(steps),
    }),
  },
  {
    name: 'read status',
    weight: 6,
    expects: [200],
    request: () => ({ method: 'GET', path: '/status' }),
    shows: ({ completion_percentage }) => ({ percentage: completion_percentage }),
  },
  READ_PROGRESS,
  ...Object.keys(STEPS).map((step) => readStep(Number(step))),
  ...PAST_OPERATIONS,
  { name: 'read AI inputs', weight: 4, expects: [200], request: () => ({ method: 'GET', path: '/ai-inputs' }) },
  { name: 'read summary', weight: 3, expects: [200], request: () => ({ method: 'GET', path: '/summary' }) },
  READ_BUSINESS,
  READ_KEYS,
];
