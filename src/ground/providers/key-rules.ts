import { PROVIDERS, type Provider } from './providers.js';

export const MAX_KEY_LENGTH = 4096;

/** A key with this many characters after a prefix plainly belongs to the prefix's provider. */
const PLAIN_LENGTH = 8;

/** Credentials that do more than an API key should, or work only for an hour. */
const OTHER_CREDENTIALS = [
  { prefix: 'sk-admin-', kind: 'an administrator key of OpenAI' },
  { prefix: 'sk-ant-admin', kind: 'an administrator key of Anthropic' },
  { prefix: 'sk-ant-oat', kind: 'an OAuth token of Anthropic' },
  { prefix: 'sk-ant-ort', kind: 'an OAuth token of Anthropic' },
  { prefix: 'ya29.', kind: 'an OAuth token of Google' },
];

/** White space and line breaks around a pasted key are not part of it. */
export const trimKey = (key: string) => key.trim();

/**
 * Whether a text can only be a mask, or the rest of one that a user is deleting: it has no other characters, or starts with a star
 * or with four characters of a mask. No provider's keys do.
 */
export function looksLikeMask(text: string): boolean {
  return /^(?:[*•.…]+$|[*•…]|[*•.…]{4})/u.test(text);
}

/**
 * Why a text cannot be a key of the provider, in a sentence that says what to do; null when it can. Formats are hints and refuse
 * nothing: they change. The sentence never repeats the key.
 */
export function keyComplaint({ id, name, setupUrl }: Provider, key: string): string | null {
  if (key === '') return `The API key for ${name} is empty.`;
  if (key.length > MAX_KEY_LENGTH) return `An API key has at most ${MAX_KEY_LENGTH} characters: paste the key alone.`;
  if (/[\p{Cc}\s]/u.test(key))
    return 'An API key has no spaces, line breaks or control characters: paste the key alone.';
  if (looksLikeMask(key)) return 'This is a masked key, not the key itself: paste the whole key.';
  const credential = OTHER_CREDENTIALS.find(({ prefix }) => key.startsWith(prefix));
  if (credential) return `This is ${credential.kind}: create an ordinary API key at ${setupUrl}.`;
  const owner = PROVIDERS.find(({ prefixes }) =>
    prefixes.some((p) => key.startsWith(p) && key.length >= p.length + PLAIN_LENGTH),
  );
  if (owner && owner.id !== id) return `This is a key of ${owner.name}, not of ${name}: save it there.`;
  return null;
}
