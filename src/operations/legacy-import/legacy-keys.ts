import { looksLikeMask, trimKey } from '../../ground/providers/key-rules.js';
import { findProvider } from '../../ground/providers/providers.js';
import { isStorableText } from '../../ground/problems/json.js';
import { Secret } from '../../ground/secrets/secret.js';
import type { LegacyKey } from './legacy-user.js';
import type { Warnings } from './warnings.js';

/** Names under which the older back end keeps choices of models next to keys. */
const NOT_PROVIDERS = ['image_generation', 'video_generation', 'video', 'audio', 'image_edit'];

/** Texts that stand where a key belongs: the placeholders of the template, and Python's nothing. */
const NOT_KEYS = /^(?:your_.*_here|none|null)$/is;

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
  if (text === '' || looksLikeMask(text) || NOT_KEYS.test(text)) return null;
  const provider = providerOf(name);
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
  const plain = name.trim().toLowerCase();
  return NOT_PROVIDERS.includes(plain) || /^[a-z]+(?:[ _-][a-z]+){0,3}$/.test(plain)
    ? `'${plain.slice(0, 40)}'`
    : 'an unknown provider';
}
