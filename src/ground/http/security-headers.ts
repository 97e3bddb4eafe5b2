import helmet from 'helmet';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/**
 * Helmet's headers: the same for every answer, so they are computed once. They do not tell pages to upgrade insecure requests: over
 * plain HTTP a page could not load its own assets.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = helmetHeaders();

/** For answers about a user, and every other answer that no cache may keep. */
export const PRIVATE_HEADERS: Readonly<Record<string, string>> = { ...SECURITY_HEADERS, 'cache-control': 'no-store' };

function helmetHeaders(): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } })(request, response, (error) => {
    if (error) throw error as Error;
  });
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}
