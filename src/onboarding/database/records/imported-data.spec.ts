import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../ground/problems/json.js';
import { parseImported } from './imported-data.js';
import { personaRecord } from './persona-data.record.js';
import { integrationsRecord } from './platform-integrations.record.js';
import { researchRecord } from './research-preferences.record.js';
import { websiteRecord } from './website-analysis.record.js';

const website = (data: JsonObject) => websiteRecord(true).parseImported(data);
const research = (data: JsonObject) => researchRecord.parseImported(data);
const details = ({ errors }: ReturnType<typeof parseImported>) => errors.map(({ detail }) => detail);

describe('data of another back end', () => {
  it('are taken as posted data are where they could be posted', () => {
    const data = {
      website: ' Example.com ',
      analysis: { writing_style: { tone: 'dry' } },
      best_practices: ['a'],
      x: 1,
    };
    const { mapping } = websiteRecord(true);
    const { columns, extra } = websiteRecord(true).parse(data, '');
    expect(parseImported(mapping, data)).toEqual({ patch: { columns, extra, removed: [] }, errors: [] });
  });

  it('keep an address that is not public, and a text that is too long', () => {
    const text = 'x'.repeat(10_001);
    expect(website({ website: 'http://192.168.0.1/' }).patch.columns).toEqual({ website_url: 'http://192.168.0.1/' });
    expect(website({ website: text }).patch.columns).toEqual({ website_url: text });
    expect(details(website({ website: 'http://192.168.0.1/' }))).toHaveLength(1);
    expect(details(website({ website: text }))).toHaveLength(1);
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['a number for a text', { website: 5 }, { website_url_text: '5' }],
    ['an object for a text', { status: { code: 1 } }, { status_text: '{"code":1}' }],
    ['one that is nested', { analysis: { status: [1] } }, { status_text: '[1]' }],
    // The nested one wins, as it does in posts.
    ['one at both levels', { status: 'done', analysis: { status: 1 } }, { status_text: '1' }],
  ])('keep as text what the column cannot hold: %s', (_, data, extra) => {
    const { patch, errors } = website(data);
    expect(patch).toEqual({ columns: {}, extra, removed: [] });
    expect(errors).toHaveLength(1);
  });

  it('keep as text a flag and a depth that the table refuses', () => {
    const { patch, errors } = research({ auto_research: 'yes', research_depth: 'Endless' });
    expect(patch).toEqual({
      columns: {},
      extra: { auto_research_text: 'yes', research_depth_text: 'Endless' },
      removed: [],
    });
    expect(errors).toHaveLength(2);
    expect(research({ research_depth: 'standard' }).patch.columns).toEqual({ research_depth: 'Standard' });
  });

  it('keep what a column of documents can hold, whatever it is', () => {
    expect(research({ writing_style: ['a'] }).patch.columns).toEqual({ writing_style: ['a'] });
    expect(personaRecord.parseImported({ corePersona: 'a text' }).patch.columns).toEqual({ core_persona: 'a text' });
    expect(details(personaRecord.parseImported({ corePersona: 'a text' }))).toEqual(['corePersona must be an object.']);
  });

  it('have three words for nothing', () => {
    for (const nothing of [null, '', {}, []]) {
      expect(website({ writing_style: nothing, note: nothing }).patch).toEqual({ columns: {}, extra: {}, removed: [] });
    }
  });

  it('never hold keys of providers', () => {
    expect(website({ api_keys: { openai: 'sk' }, apiKeys: { exa: 'x' } }).patch.extra).toEqual({});
    expect(integrationsRecord.parseImported({ integrations: { api_keys: { a: 'b' } } }).patch.extra).toEqual({});
  });
});
