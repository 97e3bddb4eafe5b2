import { describe, expect, it } from '@jest/globals';
import { Snapshot } from '../database/snapshot.js';
import fc from 'fast-check';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { newProgress } from '../flow/progress.js';
import { buildAiInputs } from './ai-inputs.js';
import { factsOf, type Source } from './facts.js';
import { GENERAL, INDUSTRIES } from './industries.js';
import type { AiInputsView } from './personalization.contract.js';

interface Saved {
  readonly website?: JsonObject;
  readonly research?: JsonObject;
  readonly persona?: JsonObject;
  readonly business?: JsonObject;
  readonly competitors?: readonly JsonObject[];
  readonly updatedAt?: Date;
}

/** The inputs of a user who has saved just this. */
function inputsFrom(saved: Saved, brandAnalysis = true): AiInputsView {
  const { website, research, persona, business, competitors = [], updatedAt } = saved;
  const progress = newProgress(new Date(0));
  const session = updatedAt ? { id: 'session', userId: 'alice', revision: 1, updatedAt, progress } : null;
  const rows = {
    website_analyses: website,
    research_preferences: research,
    persona_data: persona,
    business_info: business,
    competitor_analyses: competitors,
    platform_integrations: null,
  };
  return buildAiInputs(factsOf(new Snapshot(session, rows), brandAnalysis));
}

const TECHNOLOGY = INDUSTRIES.find(({ name }) => name === 'technology') ?? GENERAL;

const PREFERENCES = {
  research_depth: 'Deep',
  content_types: ['Blog Posts'],
  auto_research: false,
  factual_content: true,
};

const SOURCED = [
  'website_analysis.website_url',
  'website_analysis.content_types',
  'website_analysis.writing_style',
  'website_analysis.target_audience',
  'website_analysis.industry_focus',
  'website_analysis.expertise_level',
  'competitor_analysis.top_performers',
  'competitor_analysis.industry',
  'competitor_analysis.target_demographics',
  'gap_analysis.content_gaps',
  'gap_analysis.target_keywords',
  'gap_analysis.content_opportunities',
  'keyword_analysis.high_value_keywords',
  'keyword_analysis.content_topics',
  'keyword_analysis.search_intent',
];

/** A row in which every value that is read has content. */
const WEBSITE = {
  website_url: 'https://example.com',
  writing_style: { tone: 'casual' },
  target_audience: { demographics: ['shop owners'], industry_focus: 'Marketing', expertise_level: 'beginner' },
  content_type: { primary_type: 'video', secondary_types: ['webinar', 'newsletter'], purpose: 'promotional' },
  seo_audit: { keywords: ['local seo'] },
  content_strategy_insights: { content_pillars: ['product photos'] },
  sitemap_analysis: { content_pillars: ['guides'], top_keywords: ['shop tips'] },
};

/** Every path of keys to a value that is not an object, and the paths to its parents. */
function pathsIn(value: unknown): string[][] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsIn(inner).map((path) => [key, ...path])]);
}

function replaced(value: JsonObject, [key = '', ...rest]: readonly string[], by: unknown): JsonObject {
  return { ...value, [key]: rest.length === 0 ? by : replaced(value[key] as JsonObject, rest, by) };
}

/** The values of the inputs, by the paths under which their sources are named. */
function valuesOf(inputs: AiInputsView): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries({ ...inputs, meta: {} }).flatMap(([group, values]) =>
      Object.entries(values as JsonObject).map(([key, value]) => [`${group}.${key}`, value]),
    ),
  );
}

describe('the inputs of a user who has saved nothing', () => {
  it('are the defaults, each with `default` as its source', () => {
    expect(inputsFrom({})).toEqual({
      website_analysis: {
        website_url: null,
        content_types: ['blog', 'article'],
        writing_style: 'professional',
        target_audience: ['professionals'],
        industry_focus: 'general',
        expertise_level: 'intermediate',
      },
      competitor_analysis: { top_performers: [], industry: 'general', target_demographics: ['professionals'] },
      gap_analysis: {
        content_gaps: ['Video tutorials', 'Case studies', 'Infographics', 'Personal stories'],
        target_keywords: GENERAL.keywords,
        content_opportunities: ['How-to guides', 'Tutorials', 'Educational content'],
      },
      keyword_analysis: {
        high_value_keywords: GENERAL.keywords,
        content_topics: ['Industry trends', 'How-to guides', 'Best practices'],
        search_intent: { intent: 'practical', focus: 'implementation' },
      },
      meta: {
        personalized: false,
        completeness: 0,
        sources: Object.fromEntries(SOURCED.map((path) => [path, 'default'])),
        updated_at: null,
      },
    });
  });

  it('are the same when every row is empty', () => {
    const empty = { website: {}, persona: {}, business: {} };
    expect(inputsFrom(empty)).toEqual(inputsFrom({}));
  });
});

describe('the inputs of a user who has saved everything', () => {
  const inputs = inputsFrom({
    website: WEBSITE,
    research: PREFERENCES,
    competitors: [{ domain: 'rival.example', relevance_score: 0.5 }],
    updatedAt: new Date('2026-01-02T03:04:05.678Z'),
  });

  it('are the user’s own, each with its source', () => {
    const { meta, ...groups } = inputs;
    expect(groups).toEqual({
      website_analysis: {
        website_url: 'https://example.com',
        content_types: ['video', 'webinar', 'newsletter'],
        writing_style: 'casual',
        target_audience: ['shop owners'],
        industry_focus: 'Marketing',
        expertise_level: 'beginner',
      },
      competitor_analysis: {
        top_performers: ['rival.example'],
        industry: 'Marketing',
        target_demographics: ['shop owners'],
      },
      gap_analysis: {
        content_gaps: ['Blog posts', 'Whitepapers', 'Expert interviews'],
        target_keywords: ['local seo', 'product photos', 'guides', 'shop tips'],
        content_opportunities: ['Case studies', 'Testimonials', 'Success stories'],
      },
      keyword_analysis: {
        high_value_keywords: ['local seo', 'product photos', 'guides', 'shop tips'],
        content_topics: [
          ...['Product demonstrations', 'Tutorials', 'Interviews'],
          ...(INDUSTRIES.find(({ name }) => name === 'marketing')?.topics ?? []),
        ],
        search_intent: { intent: 'educational', focus: 'basic concepts' },
      },
      research_preferences: PREFERENCES,
    });
    expect(meta).toEqual({
      personalized: true,
      completeness: 1,
      sources: {
        ...Object.fromEntries(SOURCED.map((path) => [path, 'website_analysis'])),
        'competitor_analysis.top_performers': 'competitors',
        ...Object.fromEntries(
          Object.keys(PREFERENCES).map((key) => [`research_preferences.${key}`, 'research_preferences']),
        ),
      },
      updated_at: '2026-01-02T03:04:05.678Z',
    });
  });

  it('name the source of every value and of nothing else', () => {
    expect(Object.keys(inputs.meta.sources).sort()).toEqual(Object.keys(valuesOf(inputs)).sort());
  });
});

const writing = (tone: unknown, primary_type: unknown = undefined) => ({
  website: { writing_style: { tone }, content_type: { primary_type } },
});

describe('content gaps', () => {
  const BLOG = ['Video tutorials', 'Case studies', 'Infographics'];
  const VIDEO = ['Blog posts', 'Whitepapers', 'Webinars'];

  it.each([
    ['blog', 'professional', [...BLOG, 'Personal stories']],
    ['BLOG', 'Casual', [...BLOG, 'Expert interviews']],
    ['blog', 'witty', BLOG],
    ['Video', 'PROFESSIONAL', [...VIDEO, 'Personal stories']],
    ['video', 'casual', [...VIDEO, 'Expert interviews']],
    ['podcast', 'witty', BLOG],
    // Names that every object has are no tones and no types.
    ['constructor', 'constructor', BLOG],
    ['__proto__', '__proto__', BLOG],
  ])('of a %s with a %s tone', (type, tone, gaps) => {
    expect(inputsFrom(writing(tone, type)).gap_analysis.content_gaps).toEqual(gaps);
  });

  it.each(['case study', 'Case Studies', 'case-study', 'CASE_STUDY'])('leave out %s where the site has it', (has) => {
    const content_type = { primary_type: 'blog', secondary_types: [has] };
    const website = { content_type, writing_style: { tone: 'witty' } };
    expect(inputsFrom({ website }).gap_analysis.content_gaps).toEqual(['Video tutorials', 'Infographics']);
  });
});

it.each([
  ['blog', ['Industry trends', 'How-to guides', 'Best practices'], 'website_analysis'],
  ['VIDEO', ['Product demonstrations', 'Tutorials', 'Interviews'], 'website_analysis'],
  ['podcast', ['Industry trends', 'How-to guides', 'Best practices'], 'default'],
  [null, ['Industry trends', 'How-to guides', 'Best practices'], 'default'],
] as const)('topics of a site of type %s', (type, topics, source) => {
  const { keyword_analysis, meta } = inputsFrom(writing(undefined, type));
  expect([keyword_analysis.content_topics, meta.sources['keyword_analysis.content_topics']]).toEqual([topics, source]);
});

it.each([
  ['informational', ['How-to guides', 'Tutorials', 'Educational content'], 'website_analysis'],
  ['Promotional', ['Case studies', 'Testimonials', 'Success stories'], 'website_analysis'],
  ['entertainment', ['How-to guides', 'Tutorials', 'Educational content'], 'default'],
  ['toString', ['How-to guides', 'Tutorials', 'Educational content'], 'default'],
] as const)('opportunities of a site whose purpose is %s', (purpose, opportunities, source) => {
  const { gap_analysis, meta } = inputsFrom({ website: { content_type: { purpose } } });
  const path = 'gap_analysis.content_opportunities';
  expect([gap_analysis.content_opportunities, meta.sources[path]]).toEqual([opportunities, source]);
});

it.each([
  ['beginner', 'educational', 'basic concepts'],
  ['Beginner', 'educational', 'basic concepts'],
  ['intermediate', 'practical', 'implementation'],
  ['INTERMEDIATE', 'practical', 'implementation'],
  ['advanced', 'advanced', 'strategic insights'],
  ['expert', 'advanced', 'strategic insights'],
])('search intent of %s readers', (expertise_level, intent, focus) => {
  const { keyword_analysis } = inputsFrom({ website: { target_audience: { expertise_level } } });
  expect(keyword_analysis.search_intent).toEqual({ intent, focus });
});

describe('competitors', () => {
  const performers = (...competitors: JsonObject[]) => {
    const { competitor_analysis, meta } = inputsFrom({ competitors });
    return [competitor_analysis.top_performers, meta.sources['competitor_analysis.top_performers']];
  };

  it('come best relevance first, and as saved where it is the same, none or no number', () => {
    expect(
      performers(
        { domain: 'third.example' },
        { domain: 'fourth.example', relevance_score: '0.99' },
        { domain: 'second.example', relevance_score: 0.1 },
        { domain: 'last.example', relevance_score: null },
        { domain: 'first.example', relevance_score: 0.9 },
        { domain: 'tied.example', relevance_score: 0.1 },
      ),
    ).toEqual([['first', 'second', 'tied', 'third', 'fourth', 'last'].map((name) => `${name}.example`), 'competitors']);
  });

  it('are domains, from the url where none was saved, and each once', () => {
    expect(
      performers(
        { url: 'https://from-url.example/blog?page=2' },
        { domain: 'https://www.address.example/blog' },
        { domain: ' ', url: 'https://blank.example' },
        { domain: 7, url: 'https://number.example' },
        { domain: 'Twice.example' },
        { domain: 'between.example' },
        { domain: 'twice.example' },
        { url: 'no url' },
        { url: 'mailto:someone' },
        { url: null },
        {},
      ),
    ).toEqual([
      [
        'from-url.example',
        'www.address.example',
        'blank.example',
        'number.example',
        'Twice.example',
        'between.example',
      ],
      'competitors',
    ]);
  });

  it('are ten at most', () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ domain: `c${i}.example`, relevance_score: i }));
    expect(performers(...many)[0]).toEqual(Array.from({ length: 10 }, (_, i) => `c${11 - i}.example`));
  });

  it('are the industry’s sites where the user has none, and none without an industry: never invented', () => {
    const of = (industry_focus: string) => {
      const { competitor_analysis, meta } = inputsFrom({ website: { target_audience: { industry_focus } } });
      return [competitor_analysis.top_performers, meta.sources['competitor_analysis.top_performers']];
    };
    expect(of('Tech')).toEqual([TECHNOLOGY.sites, 'industry_default']);
    expect(of('underwater basketry')).toEqual([[], 'default']);
    expect(performers({ title: 'Nameless' })).toEqual([[], 'default']);
  });
});

describe('without a value in the website analysis', () => {
  const valueAndSource = (saved: Saved, path: string): [unknown, Source | undefined] => {
    const inputs = inputsFrom(saved);
    return [valuesOf(inputs)[path], inputs.meta.sources[path]];
  };
  const persona = { core_persona: { tonal_range: { default_tone: 'warm' } } };
  const research = {
    ...PREFERENCES,
    writing_style: { tone: 'dry' },
    target_audience: { demographics: ['nurses'], industry_focus: 'Health', expertise_level: 'advanced' },
  };

  it('the tone is the persona’s, then the research’s', () => {
    const path = 'website_analysis.writing_style';
    expect(valueAndSource({ persona, research }, path)).toEqual(['warm', 'persona']);
    expect(valueAndSource({ research }, path)).toEqual(['dry', 'research_preferences']);
    const website = { writing_style: { tone: 'own' } };
    expect(valueAndSource({ website, persona, research }, path)).toEqual(['own', 'website_analysis']);
  });

  it('the audience is the research’s, and the industry of the business comes last', () => {
    const business = { industry: 'Real Estate' };
    expect(valueAndSource({ research }, 'website_analysis.target_audience')).toEqual([
      ['nurses'],
      'research_preferences',
    ]);
    expect(valueAndSource({ research }, 'website_analysis.expertise_level')).toEqual([
      'advanced',
      'research_preferences',
    ]);
    const industry = 'competitor_analysis.industry';
    expect(valueAndSource({ research, business }, industry)).toEqual(['Health', 'research_preferences']);
    expect(valueAndSource({ business }, industry)).toEqual(['Real Estate', 'business_info']);
    expect(valueAndSource({ business }, 'gap_analysis.target_keywords')).toEqual([
      INDUSTRIES.find(({ name }) => name === 'real estate')?.keywords,
      'industry_default',
    ]);
  });
});

it('research preferences are included exactly when there is a row', () => {
  expect(inputsFrom({ website: WEBSITE })).not.toHaveProperty('research_preferences');
  const { research_preferences, meta } = inputsFrom({ research: { ...PREFERENCES, id: 'id', extra: {} } });
  expect(research_preferences).toEqual(PREFERENCES);
  expect(meta.personalized).toBe(true);
});

it('completeness is the share of values from the user’s own data', () => {
  const { meta } = inputsFrom({ website: { website_url: 'https://example.com' } });
  expect([meta.personalized, meta.completeness]).toEqual([true, Math.round(100 / SOURCED.length) / 100]);
  const own = Object.values(inputsFrom({ website: WEBSITE }).meta.sources).filter((s) => s === 'website_analysis');
  expect(own).toHaveLength(SOURCED.length - 1);
  expect(inputsFrom({ website: WEBSITE }).meta.completeness).toBe(
    Math.round((own.length / SOURCED.length) * 100) / 100,
  );
});

it('brand analysis is not used while it is switched off', () => {
  const keywords = (brand: boolean) => inputsFrom({ website: WEBSITE }, brand).gap_analysis.target_keywords;
  expect(keywords(true)).toContain('product photos');
  expect(keywords(false)).not.toContain('product photos');
});

describe('a field that is null or of a wrong type', () => {
  const PATHS = pathsIn(WEBSITE);
  const before = valuesOf(inputsFrom({ website: WEBSITE }));

  /** The inputs that depend on each value of the row. */
  const DEPENDENTS: Readonly<Record<string, readonly string[]>> = {
    website_url: ['website_analysis.website_url'],
    writing_style: ['website_analysis.writing_style', 'gap_analysis.content_gaps'],
    'target_audience.demographics': ['website_analysis.target_audience', 'competitor_analysis.target_demographics'],
    'target_audience.industry_focus': [
      'website_analysis.industry_focus',
      'competitor_analysis.industry',
      'competitor_analysis.top_performers',
      'keyword_analysis.content_topics',
    ],
    'target_audience.expertise_level': ['website_analysis.expertise_level', 'keyword_analysis.search_intent'],
    'content_type.primary_type': [
      'website_analysis.content_types',
      'gap_analysis.content_gaps',
      'keyword_analysis.content_topics',
    ],
    'content_type.secondary_types': ['website_analysis.content_types', 'gap_analysis.content_gaps'],
    'content_type.purpose': ['gap_analysis.content_opportunities'],
    seo_audit: ['gap_analysis.target_keywords', 'keyword_analysis.high_value_keywords'],
    content_strategy_insights: ['gap_analysis.target_keywords', 'keyword_analysis.high_value_keywords'],
    sitemap_analysis: ['gap_analysis.target_keywords', 'keyword_analysis.high_value_keywords'],
  };

  /** The inputs that depend on the value at the path, or on one within it. */
  const dependentsOf = (path: string) =>
    Object.entries(DEPENDENTS).flatMap(([at, values]) =>
      `${path}.`.startsWith(`${at}.`) || at.startsWith(`${path}.`) ? values : [],
    );

  it('is any that an input depends on', () => {
    expect(PATHS).toHaveLength(18);
    for (const path of PATHS) expect([path, dependentsOf(path.join('.')).length > 0]).toEqual([path, true]);
  });

  it.each(PATHS.map((path) => [path.join('.'), path] as const))('%s as null is the same as absent', (name, path) => {
    const { meta: _, ...asNull } = inputsFrom({ website: replaced(WEBSITE, path, null) });
    const { meta: __, ...absent } = inputsFrom({ website: replaced(WEBSITE, path, undefined) });
    expect([name, asNull]).toEqual([name, absent]);
  });

  it('leaves all inputs that do not depend on it unchanged', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), fc.jsonValue({ maxDepth: 3 }), (path, by) => {
        const after = valuesOf(inputsFrom({ website: replaced(WEBSITE, path, by) }));
        const touched = dependentsOf(path.join('.'));
        for (const key of Object.keys(before)) if (!touched.includes(key)) expect(after[key]).toEqual(before[key]);
        expect(Object.keys(after)).toEqual(Object.keys(before));
      }),
      { numRuns: 500 },
    );
  });

  it('has the default where it is not a text', () => {
    const notText = fc.jsonValue().filter((value) => typeof value !== 'string');
    fc.assert(
      fc.property(notText, (wrong) => {
        const website = {
          ...WEBSITE,
          website_url: wrong,
          writing_style: { tone: wrong },
          target_audience: { ...WEBSITE.target_audience, industry_focus: wrong, expertise_level: wrong },
        };
        const { website_analysis } = inputsFrom({ website });
        expect(website_analysis).toMatchObject({
          website_url: null,
          writing_style: 'professional',
          industry_focus: 'general',
          expertise_level: 'intermediate',
          target_audience: ['shop owners'],
        });
      }),
    );
  });

  it('never throws, wherever it is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(WEBSITE)), fc.jsonValue({ maxDepth: 4 })),
        fc.dictionary(fc.constantFrom('core_persona', 'selected_platforms'), fc.jsonValue()),
        fc.dictionary(fc.constantFrom('target_audience', 'writing_style', 'content_types'), fc.jsonValue()),
        fc.array(fc.dictionary(fc.constantFrom('domain', 'url', 'highlights', 'relevance_score'), fc.jsonValue())),
        (website, persona, research, competitors) => {
          const inputs = inputsFrom({ website, persona, research, competitors });
          expect(Object.keys(inputs.meta.sources)).toEqual(expect.arrayContaining(SOURCED));
          for (const texts of [inputs.website_analysis.content_types, inputs.gap_analysis.target_keywords]) {
            expect(texts.every((text) => typeof text === 'string' && text !== '')).toBe(true);
          }
        },
      ),
    );
  });
});
