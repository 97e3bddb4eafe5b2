import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import type { StepKey } from '../../../src/onboarding/flow/steps.js';
import { markedSample } from './marked-samples.js';

/** What the wizard holds in memory: a wizard posts a part of it, or all of it. */
export type Heap = JsonObject;

export interface Page {
  /** What it is about, whatever its number. */
  readonly topic: StepKey;
  /** The number under which it posts; left out: it posts nothing. */
  readonly posts?: number;
  /** What it posts. */
  readonly data?: (heap: Heap) => JsonObject;
}

/** `onboarding` of `GET /init`, as far as a wizard looks at it. */
export interface Init {
  readonly current_step: number;
  readonly completion_percentage: number;
  readonly is_completed: boolean;
  readonly steps: readonly { readonly step_number: number; readonly data: JsonObject | null }[];
}

/** A generation of the main product's wizard, as its own sources have it. */
export interface Generation {
  readonly name: string;
  /** The flow that speaks its numbers. */
  readonly flow: FlowId;
  readonly pages: readonly Page[];
  /** The number of the page that it opens on a new device. */
  readonly opens: (init: Init) => number;
  /** The numbers of the steps whose data it takes into its heap when it opens; the first of three is the website's. */
  readonly restores: readonly number[];
}

/** Texts of each page, each with a mark of its own: where a mark turns up, data of that page are. */
export const MARKS = {
  website: 'marksite',
  research: 'markresearch',
  personalization: 'markpersona',
  integrations: 'markplatforms',
} as const;

const { website: _, ...research } = markedSample(3, MARKS.research).data;
const NOW = '2026-01-05T08:13:02.004Z';

/** What a user enters on each page; the bare collections of the page, without what the wizard adds. */
export const ENTERED = {
  website: markedSample(2, MARKS.website).data,
  research: { ...research, analysisTimestamp: NOW },
  personalization: markedSample(4, MARKS.personalization).data,
  integrations: markedSample(5, MARKS.integrations).data,
} as const;

/** The page posts its own collection. */
const website = (): JsonObject => ({ ...ENTERED.website });
/** The page adds its findings to all that the wizard holds. */
const findings = (heap: Heap): JsonObject => ({ ...heap, ...ENTERED.research, stepType: 'research', completedAt: NOW });
const persona = (): JsonObject => ({ ...ENTERED.personalization, stepType: 'personalization', completedAt: NOW });
/** The same from the button below the page: together with all that the wizard holds. */
const personaAndHeap = (heap: Heap): JsonObject => ({ ...heap, ...persona() });
const platforms = (): JsonObject => ({ ...ENTERED.integrations });
const nothing = (): JsonObject => ({});

/** Each post of this wizard says what is onboarded. */
const typed =
  (data: (heap: Heap) => JsonObject) =>
  (heap: Heap): JsonObject => ({ ...data(heap), onboarding_type: 'website' });

const lastOf = (pages: number, { is_completed }: Init, page: number) =>
  is_completed ? pages : Math.max(1, Math.min(pages, page));

/** October 2025 to February 2026: its first page saves keys; its fifth posts nothing. */
const SIX_WITH_KEYS: Generation = {
  name: '6K',
  flow: 'six',
  pages: [
    { topic: 'api_keys' },
    { topic: 'website', posts: 2, data: website },
    { topic: 'research', posts: 3, data: findings },
    { topic: 'personalization', posts: 4, data: personaAndHeap },
    { topic: 'integrations' },
    { topic: 'complete', posts: 6, data: nothing },
  ],
  opens: (init) => lastOf(6, init, init.current_step),
  restores: [3, 4],
};

/** February to June 2026: an introduction in place of the keys. */
const SIX_WITH_INTRODUCTION: Generation = {
  name: '6I',
  flow: 'six-intro',
  pages: [
    { topic: 'api_keys' },
    { topic: 'website', posts: 2, data: website },
    { topic: 'research', posts: 3, data: findings },
    { topic: 'personalization', posts: 4, data: persona },
    { topic: 'integrations', posts: 5, data: platforms },
    { topic: 'complete', posts: 6, data: nothing },
  ],
  opens: (init) => lastOf(6, init, init.current_step + 1),
  restores: [2, 3, 4],
};

/** From June 2026: five pages; the last posts number 6. Its fourth has no way on in a browser; who plays it goes on all the same. */
const FIVE: Generation = {
  name: '5',
  flow: 'five',
  pages: [
    { topic: 'website', posts: 1, data: website },
    { topic: 'research', posts: 2, data: findings },
    { topic: 'personalization', posts: 3, data: personaAndHeap },
    { topic: 'integrations' },
    { topic: 'complete', posts: 6, data: nothing },
  ],
  opens: (init) => lastOf(5, init, init.current_step + 1),
  restores: [1, 2, 3],
};

/** August 2026: four pages; the first may connect platforms, too. */
const FOUR: Generation = {
  name: '4',
  flow: 'four',
  pages: [
    { topic: 'website', posts: 1, data: typed(() => ({ ...website(), ...platforms() })) },
    { topic: 'research', posts: 2, data: typed(findings) },
    { topic: 'personalization', posts: 3, data: typed(persona) },
    { topic: 'complete', posts: 6, data: typed(nothing) },
  ],
  opens: (init) => lastOf(4, init, init.current_step),
  restores: [1, 2, 3],
};

/** October 2025: research and persona are one heap, which both pages post as research. */
export const SIX_OF_OCTOBER: Generation = {
  ...SIX_WITH_KEYS,
  name: '6K of October',
  pages: SIX_WITH_KEYS.pages.map((page) =>
    page.posts === 3 || page.posts === 4
      ? { ...page, data: (heap: Heap) => ({ ...personaAndHeap(heap), ...findings(heap) }) }
      : page,
  ),
};

export const GENERATIONS = [SIX_WITH_KEYS, SIX_WITH_INTRODUCTION, FIVE, FOUR] as const;

export function generation(name: string): Generation {
  const found = GENERATIONS.find((one) => one.name === name);
  if (!found) throw new Error(`There is no generation ${name}.`);
  return found;
}

/** What a wizard takes into its heap when it opens on a new device. */
export function restoredHeap({ restores }: Generation, { steps }: Init): Heap {
  const [first] = restores;
  const heaps = restores.map((number) => {
    const data = steps.find(({ step_number }) => step_number === number)?.data ?? {};
    const isWebsite = restores.length === 3 && number === first && Object.keys(data).length > 0;
    if (!isWebsite) return data;
    return { ...data, website: data['website'] ?? data['website_url'], analysis: data['analysis'] ?? data };
  });
  return Object.assign({}, ...heaps) as Heap;
}
