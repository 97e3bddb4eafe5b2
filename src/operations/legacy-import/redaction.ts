import { looksLikeMask, trimKey } from '../../ground/providers/key-rules.js';
import type { Secret } from '../../ground/secrets/secret.js';
import { KEY_PREFIXES } from './legacy-keys.js';
import { isAbsent } from './python-json.js';
import type { Warnings } from './warnings.js';

const REPLACEMENT = '[secret]';

const SECRET_NAMES =
  '(?:api[_-]?key|access[_-]?token|refresh[_-]?token|client[_-]?secret|app[_-]?password|private[_-]?key)s?';
const SECRET_NAME = new RegExp(`^[\\w-]*${SECRET_NAMES}$`, 'i');

/** A secret by its name in a text that holds JSON, also with quotes that are escaped. */
const NAMED_SECRET = new RegExp(
  `(\\\\{0,8}"[\\w-]{0,64}?${SECRET_NAMES}\\\\*"\\s*:\\s*)(\\\\*"[^"\\\\]+\\\\*"|\\{[^{}]+\\}|\\[[^[\\]]+\\])`,
  'gi',
);

/** What a name says to be a key in an address, a header or a message. */
const ASSIGNED_KEY = /(?<![a-z])((?:key|token|secret)\s*[=:]\s*|bearer\s+)([\w.~+%-]{16,})/gi;

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const PREFIXES = KEY_PREFIXES.map(escapeRegExp).join('|');
const PREFIXED_KEY = new RegExp(`(?<![\\w-])(?:${PREFIXES})[\\w-]{16,}`, 'g');

/** Words have no such runs of letters with digits among them. */
const isRandom = (text: string) =>
  (text.match(/[a-z\d]{12,}/gi) ?? []).some((run) => /\d/.test(run) && /[a-z]/i.test(run));

const SHORTEST_KEY = 8;
const LONGEST_WORD = 20;

/** Whether a text is so much of a key that no other text holds it by chance: no word, no address. */
function isDistinct(key: string): boolean {
  if (key.length < SHORTEST_KEY || looksLikeMask(key) || /^https?:\/\//i.test(key)) return false;
  return key.length > LONGEST_WORD || !/^[a-z]+$/i.test(key);
}

/** Whether the name of a value says that it is a secret. */
export const isSecretName = (name: string) => SECRET_NAME.test(name);

/** Takes secrets out of what is imported as no secret: documents and texts. */
export class Redaction {
  readonly #ownKeys: RegExp | null;

  /** @param keys all keys of the user that any source holds */
  constructor(
    keys: readonly Secret[],
    private readonly warnings: Warnings,
  ) {
    const texts = keys.map((key) => trimKey(key.reveal())).filter(isDistinct);
    const spellings = [...new Set(texts.flatMap((text) => [text, encodeURIComponent(text.toWellFormed())]))];
    // The longest first: a key may begin with another one.
    const alternatives = spellings.sort((one, other) => other.length - one.length).map(escapeRegExp);
    this.#ownKeys = alternatives.length > 0 ? new RegExp(alternatives.join('|'), 'g') : null;
  }

  /** @param path where the value is, for the report */
  value(path: string, value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((item) => this.value(`${path}/*`, item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).flatMap(([name, item]) => {
        const place = `${path}/${this.#nameInPath(name)}`;
        return this.isLeftOut(name, item, place) ? [] : [[this.text(name), this.value(place, item)]];
      }),
    );
  }

  /** Whether a value is a secret by its name; flags and numbers are about a secret at most. */
  isLeftOut(name: string, value: unknown, path: string): boolean {
    if (!isSecretName(name) || isAbsent(value) || typeof value === 'boolean' || typeof value === 'number') return false;
    this.warnings.add('secret_left_out', `${path} was left out of the documents: its name says that it is a secret.`);
    return true;
  }

  text(text: string): string {
    const own = this.#ownKeys ? text.replace(this.#ownKeys, REPLACEMENT) : text;
    const clean = own
      .replace(NAMED_SECRET, (_, name: string, value: string) => name + quotedLike(value))
      .replace(ASSIGNED_KEY, (all, name: string, value: string) => (isRandom(value) ? name + REPLACEMENT : all))
      .replace(PREFIXED_KEY, (key) => (isRandom(key) ? REPLACEMENT : key));
    if (clean !== text) this.warnings.add('secret_in_text', `A key in a text was replaced by ${REPLACEMENT}.`);
    return clean;
  }

  #holdsKey(text: string): boolean {
    return this.#ownKeys !== null && text.search(this.#ownKeys) >= 0;
  }

  #nameInPath(name: string): string {
    return /^[\w-]{1,64}$/.test(name) && !isRandom(name) && !this.#holdsKey(name) ? name : '…';
  }
}

/** The replacement in the same quotes, with as many escapes. */
function quotedLike(value: string): string {
  const quote = /^\\*"/.exec(value)?.[0] ?? '"';
  return `${quote}${REPLACEMENT}${quote}`;
}
