import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../ground/secrets/secret.js';
import { Redaction } from './redaction.js';
import { Warnings } from './warnings.js';

const OWN = 'k3y-of-eve-0001';
const GOOGLE = `AIza${'x'.repeat(20)}1${'y'.repeat(14)}`;
const OPENAI = 'sk-proj-abcdefghijklmnop1234567890';

function redaction(...keys: string[]) {
  const warnings = new Warnings();
  const redacted = new Redaction(
    keys.map((key) => new Secret(key)),
    warnings,
  );
  return { redacted, warnings };
}

describe('what a document must not hold', () => {
  it('is left out at every level by its name, and named by its path', () => {
    const { redacted, warnings } = redaction();
    const value = redacted.value('website', {
      api_keys: { gemini: 'a' },
      crawl_result: [{ openai_api_key: 'b', exaApiKey: 'c', kept: 1 }, { openai_api_key: 'd' }],
      seo: { wix: { access_token: 'e', 'refresh-token': 'f', client_secret: 'g', app_password: 'h', privateKey: 'i' } },
      topics: { 'what are api keys': 'kept', has_api_key: true, apiKeys: null, keyboard: 'kept' },
    });
    expect(value).toEqual({
      crawl_result: [{ kept: 1 }, {}],
      seo: { wix: {} },
      topics: { 'what are api keys': 'kept', has_api_key: true, apiKeys: null, keyboard: 'kept' },
    });
    expect(new Set(warnings.list.map(({ code }) => code))).toEqual(new Set(['secret_left_out']));
    expect(warnings.list.map(({ detail }) => detail.split(' ')[0])).toEqual([
      'website/api_keys',
      'website/crawl_result/*/openai_api_key',
      'website/crawl_result/*/exaApiKey',
      'website/seo/wix/access_token',
      'website/seo/wix/refresh-token',
      'website/seo/wix/client_secret',
      'website/seo/wix/app_password',
      'website/seo/wix/privateKey',
    ]);
  });

  it('is not in the path either', () => {
    const { redacted, warnings } = redaction(OWN);
    redacted.value('website', { [OWN]: { 'a b': { api_key: 'x' } } });
    expect(warnings.list.map(({ detail }) => detail.split(' ')[0])).toContain('website/…/…/api_key');
    expect(JSON.stringify(warnings.list)).not.toContain(OWN);
  });

  it('is a key of the user in any text, also in a name', () => {
    const { redacted, warnings } = redaction(OWN, 'k', 'marketing', 'https://eve.test/blog', '********');
    expect(
      redacted.value('website', {
        error: `401 for ${OWN}!`,
        [OWN]: [OWN],
        text: 'k marketing https://eve.test/blog ********',
      }),
    ).toEqual({
      error: '401 for [secret]!',
      '[secret]': ['[secret]'],
      text: 'k marketing https://eve.test/blog ********',
    });
    expect(warnings.list).toEqual([{ code: 'secret_in_text', detail: expect.any(String) as unknown }]);
  });

  it.each([
    [`GET https://a.test/v1?key=${GOOGLE}&x=1`, 'GET https://a.test/v1?key=[secret]&x=1'],
    ['https://a.test/?api_key=abcdef1234567890abcd', 'https://a.test/?api_key=[secret]'],
    [`Authorization: Bearer abcdef1234567890abcd`, 'Authorization: Bearer [secret]'],
    [`The API key ${OPENAI} is wrong.`, 'The API key [secret] is wrong.'],
    ['{"a": {"client_secret": "x", "b": 1}}', '{"a": {"client_secret": "[secret]", "b": 1}}'],
    ['{\\"wix_access_token\\": \\"x\\"}', '{\\"wix_access_token\\": \\"[secret]\\"}'],
    ['{"api_keys": {"gemini": "x"}, "b": 1}', '{"api_keys": "[secret]", "b": 1}'],
  ])('is what looks like a key: %s', (text, expected) => {
    expect(redaction().redacted.text(text)).toBe(expected);
  });

  it.each([
    'https://a.test/?key=summer-sale-2024-landing',
    'fc-barcelona-official-website-2024',
    'sk-learn-tutorials',
    'The key: to succeed is patience',
    '{"title": "api_keys"}',
  ])('is no other text: %s', (text) => {
    const { redacted, warnings } = redaction();
    expect(redacted.text(text)).toBe(text);
    expect(warnings.list).toEqual([]);
  });
});
