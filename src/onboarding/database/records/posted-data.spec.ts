import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../ground/problems/json.js';
import { InvalidInput } from '../../../ground/problems/problem.js';
import { camelCase, kindErrors, patchOf, patchWithClears, postedValue, type Mapping } from './posted-data.js';

/** One of everything that a mapping may have. */
const mapping: Mapping = {
  table: 'website_analyses',
  columns: ['website_url', 'writing_style', 'content_types', 'auto_research', 'style_guidelines'],
  kinds: {
    website_url: 'text',
    writing_style: 'document',
    content_types: 'texts',
    auto_research: 'flag',
    style_guidelines: 'document',
  },
  spellings: { website_url: ['website'] },
  nested: 'analysis',
  folded: { into: 'style_guidelines', kinds: { best_practices: 'list', content_strategy: 'text' } },
  typed: { email: 'text', providers: 'either' },
  neverExtra: ['competitors'],
};

const columnsOf = (data: JsonObject) => patchOf(mapping, data).columns;
const extraOf = (data: JsonObject) => patchOf(mapping, data).extra;

describe('blank values', () => {
  it.each([null, ''])('leave what is stored: %j', (blank) => {
    const data = { website: blank, writing_style: blank, note: blank, best_practices: blank, analysis: blank };
    expect(patchOf(mapping, data)).toEqual({ columns: {}, extra: {}, removed: [] });
  });

  it('give way to a value in another spelling or at another level', () => {
    expect(columnsOf({ website: '', website_url: 'https://a.example' })).toEqual({ website_url: 'https://a.example' });
    expect(columnsOf({ analysis: { website: null }, website: 'b' })).toEqual({ website_url: 'b' });
    expect(extraOf({ analysis: { note: null }, note: 'kept' })).toEqual({ note: 'kept' });
  });
});

describe('spellings', () => {
  it.each([
    ['website_url', 'websiteUrl'],
    ['a_b_c', 'aBC'],
    ['plain', 'plain'],
  ])('%s is %s in camelCase', (column, camel) => {
    expect(camelCase(column)).toBe(camel);
  });

  it.each<[string, JsonObject]>([
    ['a spelling of its own over camelCase', { website: 'wins', websiteUrl: 'x', website_url: 'x' }],
    ['camelCase over snake_case', { websiteUrl: 'wins', website_url: 'x' }],
    ['nested over the top level', { analysis: { website_url: 'wins' }, website: 'x', websiteUrl: 'x' }],
    ['the top level where nothing is nested', { analysis: {}, website_url: 'wins' }],
  ])('%s', (_, data) => {
    expect(postedValue(mapping, 'website_url', data)).toBe('wins');
    expect(patchOf(mapping, data)).toEqual({ columns: { website_url: 'wins' }, extra: {}, removed: [] });
  });

  it('false and 0 are values', () => {
    expect(columnsOf({ autoResearch: false, auto_research: true })).toEqual({ auto_research: false });
  });

  it('no value is none', () => {
    expect(postedValue(mapping, 'website_url', { url: 'x' })).toBeUndefined();
  });
});

describe('extra', () => {
  it('keeps whatever has no column of its own, of any type', () => {
    const data = { email: 'a@b.c', note: { a: [1, null] }, zero: 0, no: false, list: [], '': 'empty', toString: 'x' };
    expect(extraOf(data)).toEqual(data);
  });

  it('keeps what stands in the nested object, which wins', () => {
    expect(extraOf({ analysis: { a: 1, b: 2 }, a: 0, c: 3 })).toEqual({ a: 1, b: 2, c: 3 });
  });

  it('holds no second spelling of a column, no copy, nothing that other tables keep', () => {
    expect(extraOf({ website: 'a', websiteUrl: 'b', website_url: 'c', competitors: [], analysis: {} })).toEqual({});
  });

  it.each(['id', 'user_id', 'session_id', 'created_at', 'updated_at', 'extra', 'has_data', 'api_keys', 'apiKeys'])(
    'never holds %s',
    (key) => {
      const data = { [key]: 'posted', analysis: { [key]: { nested: true } } };
      expect(patchOf(mapping, data)).toEqual({ columns: {}, extra: {}, removed: [] });
    },
  );

  it('is not reached through names that every object has', () => {
    const data = JSON.parse('{"constructor":1,"hasOwnProperty":2,"toString":3,"valueOf":4}') as JsonObject;
    expect(extraOf(data)).toEqual(data);
    expect(columnsOf(data)).toEqual({});
  });
});

describe('folded keys', () => {
  it('become keys of the document beside what it holds, and win there', () => {
    const data = { style_guidelines: { voice: 'dry', best_practices: ['old'] }, best_practices: ['new'] };
    expect(patchOf(mapping, data)).toEqual({
      columns: { style_guidelines: { voice: 'dry', best_practices: ['new'] } },
      extra: {},
      removed: [],
    });
    expect(data.style_guidelines).toEqual({ voice: 'dry', best_practices: ['old'] });
  });

  it('make the document where there is none; nested ones win', () => {
    const data = { content_strategy: 'x', analysis: { content_strategy: 'wins', best_practices: [] } };
    expect(columnsOf(data)).toEqual({ style_guidelines: { content_strategy: 'wins', best_practices: [] } });
  });
});

describe('kinds', () => {
  it.each<[JsonObject, string[]]>([
    [{ website: 5 }, ['/data/website']],
    [{ websiteUrl: {}, website_url: [] }, ['/data/websiteUrl', '/data/website_url']],
    [{ analysis: { writing_style: 'x', email: 1 } }, ['/data/analysis/writing_style', '/data/analysis/email']],
    [{ analysis: 'x' }, ['/data/analysis']],
    [{ analysis: [] }, ['/data/analysis']],
    [{ best_practices: 'x', content_strategy: [] }, ['/data/best_practices', '/data/content_strategy']],
    [{ content_types: ['a', 5] }, ['/data/content_types']],
    [{ content_types: 'a' }, ['/data/content_types']],
    [{ auto_research: 'true' }, ['/data/auto_research']],
    [{ writing_style: [] }, ['/data/writing_style']],
    [{ providers: 'x' }, ['/data/providers']],
    [{ website: 'x'.repeat(10_001) }, ['/data/website']],
    [{ content_types: Array<string>(10_001).fill('a') }, ['/data/content_types']],
  ])('%# are named by a pointer', (data, pointers) => {
    const errors = kindErrors(mapping, data, '/data');
    expect(errors.map((error) => error.pointer)).toEqual(pointers);
    for (const { pointer, detail } of errors) {
      expect(detail).toMatch(new RegExp(`^${pointer.split('/').at(-1)} must be .+\\.$`));
    }
  });

  it.each<[JsonObject]>([
    [{ website: '', writing_style: null, content_types: '', auto_research: null, analysis: '' }],
    [{ website: 'x'.repeat(10_000), content_types: [], auto_research: false, writing_style: {} }],
    [{ providers: [], analysis: { providers: {} } }],
    [{ unknown: 5, constructor: 1, toString: [] }],
  ])('%# are right, blank or unknown', (data) => {
    expect(kindErrors(mapping, data, '/data')).toEqual([]);
  });
});

describe('saving from inside the process', () => {
  it('clears what is null, and leaves what is absent or empty', () => {
    expect(patchWithClears(mapping, { website: null, writing_style: { a: 1 }, content_types: '', note: null })).toEqual(
      {
        columns: { website_url: null, writing_style: { a: 1 } },
        extra: {},
        removed: ['website', 'note'],
      },
    );
  });

  it.each(['website', 'websiteUrl', 'website_url'])('clears by any spelling: %s', (key) => {
    expect(patchWithClears(mapping, { [key]: null }).columns).toEqual({ website_url: null });
  });

  it('a value in another spelling is not cleared', () => {
    expect(patchWithClears(mapping, { website: null, website_url: 'kept' }).columns).toEqual({ website_url: 'kept' });
  });

  it('refuses wrong types, naming all', () => {
    const refused = () => patchWithClears(mapping, { website: 5, auto_research: 'x' });
    expect(refused).toThrow(InvalidInput);
    expect(refused).toThrow('website must be a text of at most 10000 characters. (and 1 more)');
  });
});
