import { pathOf } from '../service/route-paths.js';
import { API_ROUTES, SCOPED_ROUTES } from '../service/routes.js';
import { sample } from './samples.js';

export interface SampleRequest {
  /** As in the list of routes. */
  readonly route: string;
  /** What `:n` and the like stand for; the sender of the request fills in `:userId` and `:id`. */
  readonly at?: Readonly<Record<string, string | number>>;
  readonly query?: string;
  readonly body?: object;
}

export const STEPS = [1, 2, 3, 4, 5, 6];

const business = { business_description: 'Repairs bicycles in three towns', industry: 'Crafts' };

/** Every way to write. A user whose every table is filled gets a 200 for each, the first time. */
export const WRITES: readonly SampleRequest[] = [
  { route: 'POST /api/onboarding/start' },
  ...STEPS.map((n) => ({ route: 'POST /api/onboarding/step/:n/complete', at: { n }, body: sample(n) })),
  // What is stored already is enough.
  ...[1, 2, 3, 4, 5].map((n) => ({ route: 'POST /api/onboarding/step/:n/complete', at: { n }, body: {} })),
  ...[4, 5].map((n) => ({ route: 'POST /api/onboarding/step/:n/skip', at: { n } })),
  { route: 'POST /api/onboarding/complete' },
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

/** Every way to read, services' too; a user whose every table is filled gets a 200 for each. */
export const READS: readonly SampleRequest[] = API_ROUTES.filter((route) => route.startsWith('GET')).flatMap(
  (route): SampleRequest[] =>
    route.includes(':n') ? STEPS.map((n) => ({ route, at: { n } })) : [{ route, at: { provider: 'gemini' } }],
);

/** The scopes of a token that may read all of it. */
export const ALL_SCOPES = [...new Set(Object.values(SCOPED_ROUTES))].join(' ');

/** @param names of `:userId` and `:id` */
export function targetOf({ route, at, query }: SampleRequest, names: Readonly<Record<string, string>>): string {
  return `${pathOf(route, { ...names, ...at })}${query === undefined ? '' : `?${query}`}`;
}
