import type { TestApp } from './app.js';

/** Every route that needs a token, method first. A new route fails the guarantees until it is named here and covered there. */
export const GUARDED_ROUTES = [
  'GET /api/onboarding/init',
  'GET /api/onboarding/status',
  'GET /api/onboarding/progress',
  'GET /api/onboarding/step/:n',
  'POST /api/onboarding/step/:n/complete',
  'POST /api/onboarding/step/:n/skip',
  'GET /api/onboarding/step/:n/validate',
  'POST /api/onboarding/start',
  'GET /api/onboarding/resume',
  'POST /api/onboarding/reset',
  'POST /api/onboarding/complete',
  'GET /api/onboarding/website-analysis',
  'GET /api/onboarding/research-preferences',
  'GET /api/onboarding/step4/persona-latest',
  'POST /api/onboarding/step4/persona-save',
] as const;

/** Every route of the API that anybody may call. */
export const PUBLIC_ROUTES = ['GET /api/onboarding/config', 'GET /health/live', 'GET /health/ready'] as const;

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

/** The routes of the running service as its router has them; HEAD beside every GET. */
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
