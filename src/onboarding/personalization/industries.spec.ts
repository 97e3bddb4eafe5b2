import { describe, expect, it } from '@jest/globals';
import { findIndustry, GENERAL, INDUSTRIES } from './industries.js';

const NAMES = [
  'technology',
  'marketing',
  'e-commerce',
  'finance',
  'health',
  'education',
  'travel',
  'food',
  'real estate',
  'software-as-a-service',
];

describe('the industries', () => {
  it('are those that the product promises, and the general one', () => {
    expect(INDUSTRIES.map(({ name }) => name)).toEqual(NAMES);
    expect(GENERAL.name).toBe('general');
  });

  it.each(INDUSTRIES)('$name has keywords, sites and topics', ({ keywords, sites, topics, synonyms }) => {
    for (const list of [keywords, sites, topics, synonyms]) {
      expect(list.length).toBeGreaterThanOrEqual(3);
      expect(new Set(list.map((text) => text.toLowerCase())).size).toBe(list.length);
      for (const text of list) expect(text).toBe(text.trim());
    }
    for (const site of sites) expect(site).toMatch(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/);
    for (const keyword of keywords) expect(keyword).toMatch(/^[a-z][a-z -]+$/);
  });

  it('the general one has keywords and topics, and no sites', () => {
    expect(GENERAL.keywords.length).toBeGreaterThanOrEqual(3);
    expect(GENERAL.topics.length).toBeGreaterThanOrEqual(3);
    expect(GENERAL.sites).toEqual([]);
  });

  it('share no name', () => {
    const names = [GENERAL, ...INDUSTRIES].flatMap(({ name, synonyms }) => [name, ...synonyms]);
    expect(names).toEqual(names.map((name) => name.toLowerCase()));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

const NAMED = INDUSTRIES.flatMap(({ name, synonyms }) => [name, ...synonyms].map((called) => [called, name] as const));

describe('an industry is found', () => {
  it.each(NAMED)('by %s, whatever its case', (called, name) => {
    const capital = called.replace(/\b\w/g, (letter) => letter.toUpperCase());
    for (const text of [called, called.toUpperCase(), capital, `  ${called}\n`, called.replace(' ', '  ')]) {
      expect([text, findIndustry(text)?.name]).toEqual([text, name]);
    }
  });

  it.each([
    ['Marketing for small shops', 'marketing'],
    ['B2B SaaS for dentists', 'software-as-a-service'],
    ['Software as a service for shops', 'software-as-a-service'],
    ['Consulting, finance & more', 'finance'],
    ['Health/Wellness', 'health'],
    ['(travel)', 'travel'],
    ['IT for hospitals', 'technology'],
    ['Consulting\n(IT, AI)', 'technology'],
    ['we use ai', 'technology'],
    ['Family-run real estate agency', 'real estate'],
    ['Food & Beverage distribution', 'food'],
    ['E-Commerce: furniture', 'e-commerce'],
  ])('within the description %s', (description, name) => {
    expect(findIndustry(description)?.name).toBe(name);
  });

  it.each([
    '',
    ' ',
    'general',
    'General',
    'biotechnologies',
    'Basket makers love it',
    'foodie',
    'healthy',
    'constructor',
    '&',
    '-',
    '🍕',
    'a'.repeat(1e6),
  ])('but not by %.30s', (description) => {
    expect(findIndustry(description)).toBeUndefined();
  });
});
