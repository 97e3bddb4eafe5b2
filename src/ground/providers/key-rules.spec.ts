import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mask } from '../secrets/mask.js';
import { Secret } from '../secrets/secret.js';
import { keyComplaint, looksLikeMask, MAX_KEY_LENGTH, trimKey } from './key-rules.js';
import { findProvider, PROVIDERS, type Provider } from './providers.js';

const provider = (id: string): Provider => {
  const result = findProvider(id);
  if (!result) throw new Error(id);
  return result;
};

/** Long enough for a key with a prefix to belong plainly to the prefix's provider. */
const REST = '0123456789abcdefABCDEF';

describe('a text that may be a key', () => {
  it.each([
    ['openai', `sk-proj-${REST}`],
    ['openai', `sk-${REST}T3BlbkFJ${REST}`],
    ['openai', `of-a-form-that-is-new-${REST}`],
    ['gemini', `AIza${REST}`],
    ['gemini', `AQ.${REST}`],
    ['gemini', `IQ.${REST}`],
    ['mistral', REST],
    ['stability', `sk-${REST}`],
    ['deepseek', `sk-${REST}`],
    ['elevenlabs', `sk_${REST}`],
    ['anthropic', `sk-ant-api03-${REST}`],
    ['openrouter', `sk-or-v1-${REST}`],
    ['exa', '0b7f9c52-6d1e-4a35-9c0f-2f6f0f3d8a11'],
    ['openai', 'k'],
    ['openai', 'ключ-é-😀'],
  ])('is, for %s, %s', (id, key) => {
    expect(keyComplaint(provider(id), key)).toBeNull();
  });

  it.each(PROVIDERS.flatMap(({ id, prefixes }) => prefixes.map((prefix) => [id, prefix] as const)))(
    'is, for %s, every beginning of a key that starts with %s',
    (id, prefix) => {
      const key = `${prefix}${REST}`;
      for (let length = 1; length <= key.length; length++) {
        expect([length, keyComplaint(provider(id), key.slice(0, length))]).toEqual([length, null]);
      }
    },
  );

  it('is any text of visible characters that is no other provider’s key', () => {
    const key = fc.stringMatching(/^[A-Z0-9][\w.~+/=-]{0,200}$/).filter((text) => !/^(AIza|AQ\.)/.test(text));
    fc.assert(fc.property(fc.constantFrom(...PROVIDERS), key, (one, text) => keyComplaint(one, text) === null));
  });
});

describe('a text that cannot be a key', () => {
  it('is an empty text', () => {
    expect(keyComplaint(provider('openai'), '')).toBe('The API key for OpenAI is empty.');
  });

  it('is a text of more than 4,096 characters', () => {
    expect(MAX_KEY_LENGTH).toBe(4096);
    expect(keyComplaint(provider('openai'), 'k'.repeat(4096))).toBeNull();
    expect(keyComplaint(provider('openai'), 'k'.repeat(4097))).toMatch(/at most 4096 characters/);
  });

  it.each(['\0', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085', ' ', '\u00a0', '\u2028', '\u2029', '\u3000'])(
    'has %j in it',
    (character) => {
      expect(keyComplaint(provider('openai'), `sk-${character}${REST}`)).toMatch(
        /no spaces, line breaks or control characters/,
      );
    },
  );

  it.each(['********', '********cdef', '************', '••••••••cdef', '....cdef', '…………cdef'])(
    'is the mask %s',
    (mask) => {
      expect(keyComplaint(provider('openai'), mask)).toBe(
        'This is a masked key, not the key itself: paste the whole key.',
      );
    },
  );

  it.each([
    ['openai', `sk-admin-${REST}`, /administrator key of OpenAI.*https:\/\/platform\.openai\.com/],
    ['anthropic', `sk-ant-admin01-${REST}`, /administrator key of Anthropic.*https:\/\/console\.anthropic\.com/],
    ['anthropic', `sk-ant-oat01-${REST}`, /OAuth token of Anthropic/],
    ['anthropic', `sk-ant-ort01-${REST}`, /OAuth token of Anthropic/],
    ['gemini', `ya29.${REST}`, /OAuth token of Google/],
  ])('is, for %s, %s', (id, key, complaint) => {
    expect(keyComplaint(provider(id), key)).toMatch(complaint);
  });

  const foreign = PROVIDERS.flatMap((owner) =>
    owner.prefixes.flatMap((prefix) =>
      PROVIDERS.filter(({ id }) => id !== owner.id).map((other) => [other, owner, prefix + REST] as const),
    ),
  );

  it('is plainly the key of another provider, which the complaint names', () => {
    expect(foreign.length).toBe(14 * 20);
    for (const [other, owner, key] of foreign) {
      expect([other.id, keyComplaint(other, key)]).toEqual([
        other.id,
        `This is a key of ${owner.name}, not of ${other.name}: save it there.`,
      ]);
    }
  });

  it('is never repeated in the complaint', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary', minLength: 6, maxLength: 60 }),
      fc.constantFrom(...foreign.map(([, , text]) => text)),
      fc.constantFrom(`sk-admin-${REST}`, `********${REST}`, `a b ${REST}`, `ya29.${REST}`),
    );
    fc.assert(
      fc.property(fc.constantFrom(...PROVIDERS), key, (one, text) => {
        const complaint = keyComplaint(one, text) ?? '';
        expect(complaint.includes(REST) || (text.trim().length > 5 && complaint.includes(text))).toBe(false);
      }),
    );
  });
});

const masked = (value: string) => mask(new Secret(value));

describe('a mask', () => {
  it('is recognised, for any key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(looksLikeMask(masked(value))).toBe(true);
      }),
    );
  });

  it.each(['****', '********', '********cdef', '••••••••cdef', '....cdef', '……………'])('%j looks like one', (text) => {
    expect(looksLikeMask(text)).toBe(true);
  });

  it.each(['*', '**', '***', '•', '•••', '.', '..', '...', '…', '*.', '.*', '•…*'])(
    '%j, which has only characters of a mask, looks like one',
    (text) => {
      expect(looksLikeMask(text)).toBe(true);
    },
  );

  it('still looks like one while a user deletes it, as long as it starts with a star', () => {
    const whole = masked('sk-0123456789abcdef');
    for (let length = 1; length <= whole.length; length++) expect(looksLikeMask(whole.slice(0, length))).toBe(true);
    for (let start = 0; start < 8; start++) expect(looksLikeMask(whole.slice(start))).toBe(true);
    for (let gap = 1; gap < 8; gap++) expect(looksLikeMask(whole.slice(0, 1) + whole.slice(gap))).toBe(true);
  });

  it.each(['', 'sk-0123', 'sk-****', 'a********', ' ****', '.key', '..key', '...key', 'key.', 'k*'])(
    '%j does not look like one',
    (text) => {
      expect(looksLikeMask(text)).toBe(false);
    },
  );
});

describe('white space around a key', () => {
  it('is removed, and none within the key', () => {
    const space = fc.stringMatching(/^[ \t\r\n\u00a0\u2028\ufeff]{0,5}$/);
    fc.assert(
      fc.property(space, fc.stringMatching(/^\S(.*\S)?$/), space, (before, key, after) => {
        fc.pre(key.trim() === key);
        expect(trimKey(before + key + after)).toBe(key);
      }),
    );
  });
});
