import { looksLikeMask, trimKey } from '../../ground/providers/key-rules.js';
import { findProvider, PROVIDERS } from '../../ground/providers/providers.js';
import { isStorableText } from '../../ground/problems/json.js';
import { Secret } from '../../ground/secrets/secret.js';
import type { LegacyKey } from './legacy-user.js';
import type { Warnings } from './warnings.js';

/** Python's nothing as a text. */
const NOTHING = /^(?:none|null)$/i;

/** What the template of a `.env` has where a key belongs. */
const PLACEHOLDER = /^your_.*_here$/is;

/** A key as it was found. */
export interface FoundKey {
  /** Their name of the provider. */
  readonly name: string;
  readonly key: Secret;
  readonly savedAt: Date | null;
}

/** Our id of a provider; null if we have none. In any case, and with or without `_api_key`. */
export function providerOf(name: string): string | null {
  const plain = name.trim().toLowerCase().replaceAll('-', '_');
  const [found] = [plain, plain.replace(/_(?:api_)?(?:key|token)$/, '')].flatMap(
    (spelling) => findProvider(spelling) ?? [],
  );
  return found?.id ?? null;
}

/** How keys begin. */
export const KEY_PREFIXES: readonly string[] = ['sk-', ...PROVIDERS.flatMap(({ prefixes }) => prefixes)];

const isMetaphor = (name: string) => /^metaphor/i.test(name.trim());

/** One key for each provider: the one that was saved last, of equal ones the last of the list. Keys of Metaphor are for Exa, where there is no other. */
export function keysByProvider(found: readonly FoundKey[], warnings: Warnings): readonly LegacyKey[] {
  const usable = found.flatMap((item) => {
    const key = usableKey(item, warnings);
    return key ? [{ ...key, isMetaphor: isMetaphor(item.name) }] : [];
  });
  const rank = ({ isMetaphor: isOlder, savedAt }: (typeof usable)[number]) =>
    isOlder ? Number.NEGATIVE_INFINITY : (savedAt?.getTime() ?? 0);
  const byProvider = new Map<string, (typeof usable)[number]>();
  for (const key of usable) {
    const other = byProvider.get(key.provider);
    if (!other || rank(key) >= rank(other)) byProvider.set(key.provider, key);
  }
  return [...byProvider.values()].map(({ provider, key, savedAt }) => ({ provider, key, savedAt }));
}

function usableKey({ name, key, savedAt }: FoundKey, warnings: Warnings): LegacyKey | null {
  const text = trimKey(key.reveal());
  if (text === '' || NOTHING.test(text)) return null;
  const provider = providerOf(name);
  const instead = looksLikeMask(text) ? 'mask' : PLACEHOLDER.test(text) ? 'placeholder' : null;
  if (instead !== null) {
    const whose = provider ?? nameForReport(name);
    warnings.add('no_key', `In place of the key of ${whose} there is a ${instead}: it was not imported.`);
    return null;
  }
  if (provider === null) {
    warnings.add(
      'unknown_provider',
      `A key of ${nameForReport(name)} was not imported: there is no such provider here.`,
    );
    return null;
  }
  if (!isStorableText(text)) {
    warnings.add('unreadable_key', `The key of ${provider} holds characters that no key has: it was not imported.`);
    return null;
  }
  return { provider, key: new Secret(text), savedAt };
}

/** Names are free text: one that could be a key by mistake is not repeated. */
function nameForReport(name: string): string {
  const plain = name.trim();
  const isPlain = /^[\w-]{1,32}$/.test(plain) && !holdsKey(plain);
  return isPlain ? `'${plain}'` : 'an unknown provider';
}

/** Words have few letters, and hardly a digit. */
function holdsKey(name: string): boolean {
  const isPart = (part: string) => /^[a-z]{0,16}$/i.test(part) || (part.length <= 8 && !/\d{4}/.test(part));
  return KEY_PREFIXES.some((prefix) => name.startsWith(prefix)) || !name.split(/[_-]/).every(isPart);
}
