import helmet from 'helmet';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

/**
 * The headers that helmet gives answers. They are the same for all, so it is asked once. Where the service is reached without TLS, a
 * page told to upgrade its requests could not load its own assets.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = askHelmet();

/** Those of answers about a user, and of everything else that no cache is to keep. */
export const PRIVATE_HEADERS: Readonly<Record<string, string>> = { ...SECURITY_HEADERS, 'cache-control': 'no-store' };

function askHelmet(): Record<string, string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet({ contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } } })(request, response, (error) => {
    if (error) throw error as Error;
  });
  return Object.fromEntries(Object.entries(response.getHeaders()).map(([name, value]) => [name, String(value)]));
}
