import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import { routeConfig } from '../http/route.js';

/** A route that needs no token, and that exists only for programs on the machine of the service. */
export const LoopbackOnly = () => routeConfig({ public: true, loopback: true });

/** Names and addresses of this machine that no other machine can have; a port may follow. */
const OWN_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** What proxies add: the request is another machine's, or may be. */
const OF_PROXIES = /^(?:x-forwarded-.*|forwarded|x-real-ip|via)$/;

/**
 * Whether a program on this machine has sent a request, to this machine's own name. A page elsewhere cannot have done so: its name may
 * lead here (DNS rebinding), but then `Host` has that name, and `Origin` the page's.
 */
export function isFromLoopback({ headers, raw }: Pick<FastifyRequest, 'headers' | 'raw'>): boolean {
  const { host = '', origin } = headers;
  if (!isLoopback(raw.socket.remoteAddress) || !OWN_HOST.test(host)) return false;
  if (origin !== undefined && origin !== `http://${host.toLowerCase()}`) return false;
  return !Object.keys(headers).some((name) => OF_PROXIES.test(name));
}

/** @param address the socket's own, whatever TRUST_PROXY says */
function isLoopback(address: string | undefined): boolean {
  // `process` reads an IPv4 address that is written as one of IPv6.
  return address !== undefined && ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback';
}
