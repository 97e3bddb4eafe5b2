import { describe, expect, it } from '@jest/globals';
import { keysOfDotenv, parseDotenv } from './dotenv-keys.js';

describe('a .env', () => {
  it.each([
    ['\uFEFFA=1', { A: '1' }],
    ['A=1\r\nB=2', { A: '1', B: '2' }],
    ['A=1\nA=2', { A: '2' }],
    ['export A = x y # comment', { A: 'x y' }],
    ['A=a#b', { A: 'a#b' }],
    ['A=', { A: '' }],
    ['# A=1\n  #A=2', {}],
    [`A='x # y' # z\nB="a\\n\\"b\\""`, { A: 'x # y', B: 'a\n"b"' }],
    [`A='it\\'s \\n'`, { A: "it's \\n" }],
    ['A="two\nlines"\nB=1', { A: 'two\nlines', B: '1' }],
    ['A="open\nB=1', { B: '1' }],
    ['nonsense\nA=1', { A: '1' }],
  ])('is read as python-dotenv reads it: %j', (content, values) => {
    expect(Object.fromEntries(parseDotenv(content))).toEqual(values);
  });

  it('has keys of providers under several names', () => {
    const content =
      'GOOGLE_API_KEY=google\nSERPAPI_KEY=serp\nREACT_APP_COPILOTKIT_API_KEY=ck\nHF_TOKEN=hf\nDATABASE_URL=x';
    const keys = keysOfDotenv(content).map(({ name, key }) => [name, key.reveal()]);
    expect(Object.fromEntries(keys)).toEqual({
      gemini: 'google',
      serpapi: 'serp',
      copilotkit: 'ck',
      huggingface: 'hf',
    });
  });
});
