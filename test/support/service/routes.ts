import type { TestApp } from './app.js';

/** Every route for a user with a token, method first. A new route fails the guarantees until it is named here and covered there. */
export const GUARDED_ROUTES = [
  'GET /api/onboarding/init',
  'GET /api/onboarding/status',
  'GET /api/onboarding/progress',
  'GET /api/onboarding/step/:n',
  'POST /api/onboarding/step/:n/complete',
  'POST /api/onboarding/step/:n/skip',
  'GET /api/onboarding/step/:n/validate',
  'POST /api/onboarding/step/:n/validate',
  'GET /api/onboarding/requirements',
  'POST /api/onboarding/start',
  'GET /api/onboarding/resume',
  'POST /api/onboarding/reset',
  'POST /api/onboarding/complete',
  'GET /api/onboarding/api-keys',
  'GET /api/onboarding/api-keys/onboarding',
  'POST /api/onboarding/api-keys',
  'DELETE /api/onboarding/api-keys/:provider',
  'GET /api/onboarding/api-keys/validate',
  'POST /api/onboarding/api-keys/validate',
  'POST /api/onboarding/providers/:provider/validate',
  'GET /api/onboarding/validation/enhanced',
  'GET /api/onboarding/website-analysis',
  'GET /api/onboarding/research-preferences',
  'GET /api/onboarding/competitor-analysis',
  'GET /api/onboarding/style-detection/session-analyses',
  'GET /api/onboarding/style-detection/check-existing/:url',
  'GET /api/onboarding/style-detection/analysis/:id',
  'PUT /api/onboarding/style-detection/analysis/:id',
  'DELETE /api/onboarding/style-detection/analysis/:id',
  'GET /api/onboarding/step4/persona-latest',
  'POST /api/onboarding/step4/persona-save',
  'POST /api/onboarding/business-info',
  'PUT /api/onboarding/business-info/:id',
  'GET /api/onboarding/business-info/:id',
  'GET /api/onboarding/business-info/user/:userId',
  'POST /onboarding/business-info',
  'PUT /onboarding/business-info/:id',
  'GET /onboarding/business-info/:id',
  'GET /onboarding/business-info/user/:userId',
  'GET /api/onboarding/ai-inputs',
  'GET /api/onboarding/summary',
  'GET /api/onboarding/history',
  'GET /api/onboarding/history/:revision',
  'POST /api/onboarding/restore',
  'GET /api/onboarding/events',
  'GET /api/onboarding/live',
] as const;

/** Every route for services, with the scope that their token needs. */
export const INTERNAL_ROUTES = {
  'GET /api/onboarding/internal/users/:userId/api-keys/:provider': 'keys:use',
  'GET /api/onboarding/internal/users/:userId/ai-inputs': 'onboarding:read',
  'GET /api/onboarding/internal/users/:userId/status': 'onboarding:read',
  'GET /api/onboarding/internal/users/:userId/profile': 'onboarding:read',
} as const;

/** Every route for numbers about all users, with the scope that an operator's token needs. */
export const NUMBERS_ROUTES = {
  'GET /api/onboarding/analytics/funnel': 'onboarding:analytics',
  'GET /api/onboarding/analytics/cohorts': 'onboarding:analytics',
  'GET /api/onboarding/analytics/activity': 'onboarding:analytics',
  'GET /api/onboarding/analytics/stuck': 'onboarding:analytics',
} as const;

/** Every route that needs a scope; for all other tokens there is nothing at that address. */
export const SCOPED_ROUTES = { ...INTERNAL_ROUTES, ...NUMBERS_ROUTES } as const;

/** Every route of the API that anybody may call. */
export const PUBLIC_ROUTES = [
  'GET /api/onboarding/config',
  'GET /api/onboarding/providers',
  'GET /api/onboarding/providers/:provider/setup',
  'GET /health/live',
  'GET /health/ready',
] as const;

/** The status of an answer when nothing is wrong with the request: 426 where it should have been the opening of a WebSocket. */
export const usualStatus = (route: string): number => (route.endsWith('/api/onboarding/live') ? 426 : 200);

/** The page that describes the API, and what it loads. */
export const DOCUMENTATION_ROUTES = [
  'GET /docs',
  'GET /docs/',
  'GET /docs/swagger-ui-init.js',
  'GET /docs/docs/swagger-ui-init.js',
  'GET /docs/index.html',
  'GET /docs/LICENSE',
  'GET /docs/*',
  'GET /openapi.json',
  'GET /openapi.yaml',
] as const;

/** The page `/demo` of a local service, what it loads, and the tokens that it asks for. No part of the API. */
export const DEMO_ROUTES = [
  'GET /demo',
  'GET /demo/page.js',
  'GET /demo/page.css',
  'GET /demo/icon.svg',
  'POST /demo/token',
] as const;

/** The routes of the running service as its router has them; HEAD next to every GET. */
export function routesOf(app: TestApp): string[] {
  const tree = app.nest.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
  const above: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent = '', segment = '', methods = ''] = /^([│ ]*)[├└]── (.*?)(?: \(([A-Z, ]+)\))?$/.exec(line) ?? [];
    if (!segment) return [];
    const depth = indent.length / 4;
    above.splice(depth, Infinity, segment);
    const path = above.join('');
    return methods === '' ? [] : methods.split(', ').map((method) => `${method} ${path}`);
  });
}

/** The explicit list in the router's terms. */
export function withHead(routes: readonly string[]): string[] {
  return routes.flatMap((route) => (route.startsWith('GET ') ? [route, route.replace('GET', 'HEAD')] : [route]));
}

/** Every route of the API: what its document describes. */
export const API_ROUTES: readonly string[] = [...GUARDED_ROUTES, ...Object.keys(SCOPED_ROUTES), ...PUBLIC_ROUTES];

/** Every route of the API but those for numbers about all users, whose connections are operators'. */
export const ROUTES_OF_USERS = API_ROUTES.filter((route) => !(route in NUMBERS_ROUTES));
