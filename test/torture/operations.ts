import type { JsonObject } from '../../src/ground/problems/json.js';
import { apiKey, keyEnd, NOTHING, payload, PROVIDERS, type Document, type Provider, type Register } from './marks.js';
import type { User } from './users.js';

export interface Request {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below `/api/onboarding`. */
  readonly path: string;
  readonly body?: unknown;
}

/** What an answer shows of the registers: a document as it is read, a key as its last four characters. */
interface Shown {
  readonly documents?: Readonly<Partial<Record<Document, unknown>>>;
  readonly keys?: Readonly<Partial<Record<Provider, string>>>;
  readonly percentage?: number;
}

/** A kind of request, and what may be expected of it. */
export interface Operation {
  readonly name: string;
  /** How often it comes, in proportion to the others. */
  readonly weight: number;
  /** Statuses that it may be answered with when the database is well. */
  readonly expects: readonly number[];
  request(user: User, number: number): Request;
  /** Left out: it only reads. */
  readonly writes?: {
    readonly register?: Register;
    /** What the register holds afterwards. */
    value?(user: User, number: number): string;
    /** The event that it leaves, each time; as `type` and, where it has one, ` step`. */
    readonly event?: string;
    readonly resets?: true;
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the body of an answer, whose shape other tests hold
  shows?(body: any): Shown;
}

const STEPS: Readonly<Record<number, Document>> = { 2: 'website', 3: 'research', 4: 'persona', 5: 'integrations' };
/** The keys by which events name these steps. */
const KEYS: Readonly<Record<number, string>> = { ...STEPS, 4: 'personalization' };

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
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
    writes: { register: document, value: (_user, number) => String(number), event: `step_completed ${KEYS[step]}` },
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
      register: provider,
      value: ({ index }, number) => keyEnd(index, number),
      event: `api_key_saved ${provider}`,
    },
  };
}

function removeKey(provider: Provider): Operation {
  return {
    name: `remove the key of ${provider}`,
    weight: 1,
    expects: [200, 404],
    request: () => ({ method: 'DELETE', path: `/api-keys/${provider}` }),
    writes: { register: provider, value: () => NOTHING, event: `api_key_removed ${provider}` },
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
  shows: ({ steps, completion_percentage }) => ({ documents: documentsOf(steps), percentage: completion_percentage }),
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
    writes: { register: 'persona', value: (_user, number) => String(number), event: 'data_saved personalization' },
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
    writes: { register: 'business', value: (_user, number) => String(number), event: 'data_saved' },
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
    writes: { event: 'onboarding_reset', resets: true },
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
  { name: 'read AI inputs', weight: 4, expects: [200], request: () => ({ method: 'GET', path: '/ai-inputs' }) },
  { name: 'read summary', weight: 3, expects: [200], request: () => ({ method: 'GET', path: '/summary' }) },
  READ_BUSINESS,
  READ_KEYS,
];
