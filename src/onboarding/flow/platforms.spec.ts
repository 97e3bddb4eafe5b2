import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import type { OnboardingFacts } from './onboarding-facts.js';
import { hasPlatforms, platformsWithoutPersona, uncoveredTypes } from './platforms.js';

interface Saved {
  readonly website?: JsonObject;
  readonly persona?: JsonObject;
}

/** The types that have no platform, of these that research asks for. */
function uncovered(content_types: unknown, { website, persona }: Saved = {}): readonly string[] {
  const changedAt = new Date('2026-01-01T00:00:00.000Z');
  const doc = (values: JsonObject | undefined) => (values ? { values, changedAt } : null);
  const facts = { research: doc({ content_types }), website: doc(website), persona: doc(persona) };
  return uncoveredTypes(facts as Partial<OnboardingFacts> as OnboardingFacts);
}

const onPlatforms = (...selected_platforms: readonly string[]): Saved => ({ persona: { selected_platforms } });

describe('content without a platform', () => {
  it.each(['Blog Posts', 'blog', 'Articles', 'Social Media', 'Newsletters', 'emails', 'Videos', 'Podcasts'])(
    'is %s where there is none',
    (type) => {
      expect(uncovered([type])).toEqual([type]);
    },
  );

  it.each(['Whitepapers', 'Case Studies', 'Блог', '', '!', 'constructor', 'constructors', 'to string', '__proto__'])(
    'is never %j, which may be published anywhere',
    (type) => {
      expect(uncovered([type])).toEqual([]);
    },
  );

  it('is told once, in the user’s words and order', () => {
    expect(uncovered(['Videos', 'Blog Posts', 'Videos', 'Case Studies'])).toEqual(['Videos', 'Blog Posts']);
  });

  it('is none where research asks for none, and what is no text is passed over', () => {
    for (const types of [undefined, null, [], 7, {}, [7, null, {}]]) expect(uncovered(types)).toEqual([]);
    expect(uncovered('Videos')).toEqual(['Videos']);
  });
});

describe('content has a platform', () => {
  it.each<[string, Saved]>([
    ['of the main type of the website', { website: { content_type: { primary_type: 'Blog' } } }],
    ['of another type of the website', { website: { content_type: { secondary_types: ['video', 'blog'] } } }],
    ['of a type that is one text', { website: { content_type: { secondary_types: 'blogs' } } }],
    ['that the persona is made for', { persona: { platform_personas: { wordpress: { tone: 'dry' } } } }],
    ['that is selected', onPlatforms('Medium')],
    ['whose name has more words', onPlatforms('my-blog')],
  ])('%s', (_, saved) => {
    expect(uncovered(['Blog Posts'], saved)).toEqual([]);
    expect(uncovered(['Podcasts'], saved)).toEqual(['Podcasts']);
  });

  it('among the accounts of the website', () => {
    expect(
      uncovered(['Social Media'], { website: { social_media_presence: { linkedin: 'https://l.example' } } }),
    ).toEqual([]);
  });

  it.each<[string, string]>([
    ['Blog Posts', 'WordPress'],
    ['Articles', 'LinkedIn'],
    ['Social Media', 'Threads'],
    ['Social Media', 'X'],
    ['Social posts', 'WhatsApp'],
    ['Newsletter', 'Substack'],
    ['Videos', 'YouTube'],
    ['Podcast', 'Apple Podcasts'],
  ])('%s: %s', (type, platform) => {
    expect(uncovered([type], onPlatforms(platform))).toEqual([]);
  });

  it.each<[string, Saved]>([
    ['an empty account', { website: { social_media_presence: { linkedin: '', x: null } } }],
    ['an empty persona', { persona: { platform_personas: { linkedin: null } } }],
    ['a platform for other content', onPlatforms('WordPress')],
    ['a part of a word', onPlatforms('linkedinlike', 'exit')],
    ['what is no text', { persona: { selected_platforms: [7, null, {}] } }],
  ])('not by %s', (_, saved) => {
    expect(uncovered(['Social Media'], saved)).toEqual(['Social Media']);
  });

  it('if one of the types in its name has', () => {
    expect(uncovered(['Blog and video'], onPlatforms('YouTube'))).toEqual([]);
  });
});

describe('selected platforms without a persona', () => {
  it.each([
    [{ selected_platforms: ['blog', 'X'], platform_personas: { Blog: {}, x: { tone: 'dry' } } }, []],
    [{ selected_platforms: ['blog', 'blog', 'x'], platform_personas: {} }, ['blog', 'x']],
    [{ selected_platforms: ['blog'], platform_personas: { blog: null } }, ['blog']],
    [{ selected_platforms: ['blog'] }, ['blog']],
    [{ selected_platforms: ['', 7, null] }, []],
    [{ selected_platforms: 'blog' }, ['blog']],
    [{ platform_personas: { blog: {} } }, []],
    [{ selected_platforms: ['constructor'], platform_personas: {} }, ['constructor']],
  ])('of %j: %j', (persona, platforms) => {
    expect(platformsWithoutPersona(persona)).toEqual(platforms);
  });
});

describe('platforms', () => {
  it.each([
    [{ connected_platforms: ['wix'] }, true],
    [
      {
        providers: [
          { provider: 'gsc', connected: false },
          { provider: 'wix', connected: true },
        ],
      },
      true,
    ],
    [{ connected_accounts: { facebook: 'page 1' } }, true],
    [{ connected_platforms: [] }, false],
    [{ connected_platforms: [''] }, false],
    [{ providers: [{ provider: 'gsc', connected: false }] }, false],
    [{ analytics_platforms: { gsc: { connected: 'no', total_sites: 0 } } }, false],
    [{ website_platforms: { primaryWebsite: 'https://example.com' } }, false],
    [{ notes: 'wix', status: 'done', primary_website: 'https://example.com' }, false],
  ])('are in %j: %p', (values, are) => {
    const integrations = { values, changedAt: new Date('2026-01-01T00:00:00.000Z') };
    expect(hasPlatforms({ integrations } as Partial<OnboardingFacts> as OnboardingFacts)).toBe(are);
  });
});
