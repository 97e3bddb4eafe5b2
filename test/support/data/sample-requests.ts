import { pathOf } from '../service/route-paths.js';
import { ROUTES_OF_USERS, SCOPED_ROUTES } from '../service/routes.js';
import type { Dump } from './filled-user.js';
import { sample } from './samples.js';
import { OPTIONAL_STEPS, STEP_NUMBERS } from './step-numbers.js';

export interface SampleRequest {
  /** As in the list of routes. */
  readonly route: string;
  /** What `:n` and the like stand for; the sender of the request fills in `:userId` and `:id`. */
  readonly at?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  readonly body?: object;
}

const business = { business_description: 'Repairs bicycles in three towns', industry: 'Crafts' };

/** Every way to write, and every other request with a body. A user whose every table is filled gets a 200 for each, the first time. */
export const WRITES: readonly SampleRequest[] = [
  { route: 'POST /api/onboarding/start' },
  ...STEP_NUMBERS.map((n) => ({ route: 'POST /api/onboarding/step/:n/complete', at: { n }, body: sample(n) })),
  // What is stored already is enough.
  ...[1, 2, 3, 4, 5].map((n) => ({ route: 'POST /api/onboarding/step/:n/complete', at: { n }, body: {} })),
  // A dry run, with data and of what is stored.
  ...STEP_NUMBERS.map((n) => ({ route: 'POST /api/onboarding/step/:n/validate', at: { n }, body: sample(n) })),
  ...STEP_NUMBERS.map((n) => ({ route: 'POST /api/onboarding/step/:n/validate', at: { n }, body: {} })),
  ...OPTIONAL_STEPS.map((n) => ({ route: 'POST /api/onboarding/step/:n/skip', at: { n } })),
  {
    route: 'PUT /api/onboarding/style-detection/analysis/:id',
    body: { writing_style: { tone: 'dry' }, guidelines: ['Lead with the result'] },
  },
  { route: 'DELETE /api/onboarding/style-detection/analysis/:id' },
  { route: 'POST /api/onboarding/complete' },
  // Nothing was saved by then.
  { route: 'POST /api/onboarding/restore', body: { revision: 1, what: 'all' } },
  { route: 'POST /api/onboarding/reset', query: 'hard=false' },
  { route: 'POST /api/onboarding/reset', query: 'hard=true' },
  {
    route: 'POST /api/onboarding/api-keys',
    body: { provider: 'openai', api_key: 'sk-of-the-sample-requests', description: 'the first' },
  },
  // Another key than the one that is stored.
  { route: 'POST /api/onboarding/api-keys', body: { provider: 'exa', api_key: 'exa-of-the-sample-requests' } },
  { route: 'DELETE /api/onboarding/api-keys/:provider', at: { provider: 'exa' } },
  { route: 'POST /api/onboarding/api-keys/validate' },
  {
    route: 'POST /api/onboarding/providers/:provider/validate',
    at: { provider: 'openai' },
    body: { api_key: 'sk-of-the-sample-requests' },
  },
  {
    route: 'POST /api/onboarding/step4/persona-save',
    body: { core_persona: { identity: { name: 'A friendly expert' } }, selected_platforms: ['blog'] },
  },
  ...['/api/onboarding', '/onboarding'].flatMap((prefix) => [
    { route: `POST ${prefix}/business-info`, body: business },
    { route: `PUT ${prefix}/business-info/:id`, body: business },
  ]),
];

/** Every way to read a user's data, services' too; a user whose every table is filled gets a 200 for each. */
export const READS: readonly SampleRequest[] = ROUTES_OF_USERS.filter((route) => route.startsWith('GET')).flatMap(
  (route): SampleRequest[] =>
    route.includes(':n')
      ? STEP_NUMBERS.map((n) => ({ route, at: { n } }))
      : [{ route, at: { provider: 'gemini', url: 'https://example.com', revision: 1 } }],
);

/** The scopes of a token that may read all of it. */
export const ALL_SCOPES = [...new Set(Object.values(SCOPED_ROUTES))].join(' ');

/** The id that a route's `:id` stands for, among the user's rows; undefined where the user has no such row. */
export function idIn(rows: Dump, route: string): string | undefined {
  const table = route.includes('/style-detection/') ? 'website_analyses' : 'business_info';
  return (rows[table]?.[0] as { readonly id: string } | undefined)?.id;
}

/** @param names of `:userId` and `:id` */
export function targetOf({ route, at, query }: SampleRequest, names: Readonly<Record<string, string>>): string {
  return `${pathOf(route, { ...names, ...at })}${query === undefined ? '' : `?${query}`}`;
}
