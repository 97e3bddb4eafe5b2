import type { JsonObject } from '../../src/ground/problems/json.js';
import {
  apiKey,
  DOCUMENTS,
  keyEnd,
  marksIn,
  NOTHING,
  payload,
  PROVIDERS,
  type Document,
  type Provider,
  type Register,
} from './marks.js';
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
  /** Of each step of the wizard. */
  readonly statuses?: readonly string[];
}

/** What an answer says of states that may be over. */
interface ShownPast {
  readonly earlier?: EarlierState;
  readonly items?: readonly ListedEvent[];
  readonly restored?: RestoredState;
}

/** A revision as the history shows it. */
export interface EarlierState {
  readonly revision: number;
  readonly percentage: number;
  readonly statuses: readonly string[];
  /** Whether all of its documents are still kept. */
  readonly isWhole: boolean;
  /** The operations whose data are in each document. */
  readonly numbers: ReadonlyMap<Document, ReadonlySet<string>>;
}

/** An event as the history lists it. */
export interface ListedEvent {
  readonly revision: number;
  readonly type: string;
  readonly percentage: number;
}

/** What a restore says of itself. */
export interface RestoredState {
  /** Otherwise all was as it was then, and there is no event. */
  readonly isChange: boolean;
  /** The operations whose data were in each document before, and are in it afterwards. */
  readonly from: ReadonlyMap<Document, ReadonlySet<string>>;
  readonly to: ReadonlyMap<Document, ReadonlySet<string>>;
}

/** A kind of request, and what may be expected of it. */
export interface Operation {
  readonly name: string;
  /** How often it comes, in proportion to the others. */
  readonly weight: number;
  /** Statuses that it may be answered with when the database is well. */
  readonly expects: readonly number[];
  /** Whether the user knows enough for it; left out: always. */
  isPossible?(user: User): boolean;
  request(user: User, number: number): Request;
  /** Left out: it only reads. */
  readonly writes?: {
    /** What registers hold afterwards; others stay. */
    values?(user: User, number: number): Readonly<Partial<Record<Register, string>>>;
    /** The event that it leaves, each time; as in `nameOfEvent`. */
    event?(user: User): string;
    /** It may lower the percentage. */
    readonly lowers?: true;
  };
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the body of an answer, whose shape other tests hold
  shows?(body: any): Shown;
  /** Instead of `shows`: what it says is not what is stored now. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  showsPast?(body: any): ShownPast;
}

/** What is certain of an operation before it is answered: what registers hold once it is done, and the event that it then leaves. */
export function effectsOf({ writes }: Operation, user: User, number: number) {
  const values = Object.entries(writes?.values?.(user, number) ?? {}) as [Register, string][];
  return { wrote: new Map(values), event: writes?.event?.(user) ?? null };
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

/** Operations of a user that a document's versions outlast: fewer than are kept of it. */
const STILL_KEPT = 10;

/** Back to the revision that the user has looked at last: its documents are known to the letter. */
function restore(what: 'all' | 'data', weight: number, only?: 'integrations'): Operation {
  const documents = only ? [only] : DOCUMENTS;
  return {
    name: only ? `restore ${only}` : `restore ${what}`,
    weight,
    expects: [200],
    isPossible: ({ earlier, count }) => earlier !== null && count - earlier.number < STILL_KEPT,
    request: ({ earlier }) => ({
      method: 'POST',
      path: '/restore',
      body: { revision: earlier?.revision, what, ...(only ? { steps: [only] } : {}) },
    }),
    writes: {
      values: ({ earlier }) =>
        Object.fromEntries(documents.map((document) => [document, earlier?.values[document] ?? NOTHING])),
      event: ({ earlier }) => `onboarding_restored ${what} ${earlier?.revision}`,
      ...(what === 'all' ? { lowers: true } : {}),
    },
    showsPast: ({ restored, changes }) => {
      const side = (name: 'from' | 'to') =>
        marksIn(JSON.stringify(changes.map((change: Record<string, unknown>) => change[name]))).numbers;
      const isChange = restored.progress || restored.documents.length > 0;
      return { restored: { isChange, from: side('from'), to: side('to') } };
    },
  };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
const statusesOf = (steps: any[]): readonly string[] => steps.map(({ status }) => status);

const revisionOf = (position: string): number => Number.parseInt(position, 10);

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
  restore('all', 5),
  restore('data', 5),
  restore('data', 3, 'integrations'),
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
  {
    name: 'read history',
    weight: 3,
    expects: [200],
    request: () => ({ method: 'GET', path: '/history?limit=10' }),
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
    showsPast: ({ items }: { items: any[] }) => ({
      items: items.map(({ position, type, progress }) => ({
        revision: revisionOf(position),
        type,
        percentage: progress.completion_percentage,
      })),
    }),
  },
  {
    name: 'read an earlier revision',
    weight: 6,
    expects: [200],
    isPossible: ({ revision }) => revision > 0,
    request: ({ revision }, number) => ({ method: 'GET', path: `/history/${Math.max(1, revision - (number % 5))}` }),
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
    showsPast: ({ position, progress, documents }: any) => ({
      earlier: {
        revision: revisionOf(position),
        percentage: progress.completion_percentage,
        statuses: statusesOf(progress.steps),
        isWhole: Object.values<{ available: boolean }>(documents).every(({ available }) => available),
        numbers: marksIn(JSON.stringify(documents)).numbers,
      },
    }),
  },
  { name: 'read AI inputs', weight: 4, expects: [200], request: () => ({ method: 'GET', path: '/ai-inputs' }) },
  { name: 'read summary', weight: 3, expects: [200], request: () => ({ method: 'GET', path: '/summary' }) },
  READ_BUSINESS,
  READ_KEYS,
];
