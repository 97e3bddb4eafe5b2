import ipaddr from 'ipaddr.js';
import { isIPv4 } from 'node:net';

const PRIVATE_SUFFIXES = ['localhost', 'local', 'internal'];
const MAX_URL_LENGTH = 2048;

/**
 * The URL of a public website: http or https, a host with a dot that is neither private nor local, no credentials. A bare host
 * gets `https://`. Otherwise the text is returned as it came, without the white space around it; null when it is none of that.
 * No name is looked up.
 */
export function publicWebsite(text: string): string | null {
  const trimmed = text.trim();
  const candidate = /^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  // The URL parser drops white space and control characters silently, takes a backslash for a slash and passes over slashes
  // before the host, where other parsers see another host; what is stored must be what was checked.
  if (candidate.length > MAX_URL_LENGTH || /[\s\p{Cc}\\]|^[^/]*:\/{3}/u.test(candidate)) return null;
  if (!URL.canParse(candidate)) return null;
  const { protocol, username, password, hostname } = new URL(candidate);
  const isWeb = protocol === 'http:' || protocol === 'https:';
  return isWeb && username === '' && password === '' && isPublicHost(hostname) ? candidate : null;
}

/** `hostname` as the URL parser writes it: lower case, IDN in Punycode, odd notations of IPv4 in four decimals. */
function isPublicHost(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '');
  const labels = host.split('.');
  if (labels.length < 2 || labels.includes('')) return false;
  if (PRIVATE_SUFFIXES.includes(labels.at(-1) ?? '')) return false;
  // `ipaddr` throws an error for a name: names skip it.
  return !isIPv4(host) || ipaddr.parse(host).range() === 'unicast';
}
