import { isBlank, isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { OnboardingFacts } from './onboarding-facts.js';

/** Letters of a name that count: it may have megabytes. */
const MOST_LETTERS = 100;

/** The words of a name, in the singular. */
const words = (name: string): readonly string[] =>
  name
    .slice(0, MOST_LETTERS)
    .toLowerCase()
    .split(/[^a-z]+/)
    .map((word) => word.replace(/s$/, ''));

/**
 * Types of content by what their names contain, and the platforms that they are published on. A type that is not here may be published
 * anywhere.
 */
const PLATFORMS = {
  blog: ['blog', 'article', 'website', 'wordpress', 'wix', 'medium', 'substack', 'ghost'],
  article: ['blog', 'article', 'website', 'wordpress', 'wix', 'medium', 'substack', 'ghost', 'linkedin'],
  social: [
    ...['facebook', 'instagram', 'linkedin', 'twitter', 'x', 'threads', 'bluesky', 'mastodon', 'tiktok', 'youtube'],
    ...['pinterest', 'reddit', 'line', 'whatsapp', 'telegram', 'social'],
  ],
  newsletter: ['newsletter', 'email', 'substack', 'mailchimp', 'beehiiv'],
  email: ['newsletter', 'email', 'substack', 'mailchimp', 'beehiiv'],
  video: ['video', 'youtube', 'tiktok', 'vimeo', 'instagram'],
  podcast: ['podcast', 'spotify', 'apple', 'youtube'],
};

/** Both in the singular, as words are compared. */
const PLATFORMS_OF: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(PLATFORMS).map(([type, platforms]) => [type, platforms.flatMap(words)]),
);

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).filter((item) => typeof item === 'string');

/** The keys under which something names a platform. */
const platformsIn = (value: unknown): readonly string[] =>
  isJsonObject(value) ? Object.keys(value).filter((key) => namesPlatform(value[key])) : [];

/** Whether it names a platform: what says that it is not connected does not, nor does the address that the page posts next to them. */
function namesPlatform(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(namesPlatform);
  if (!isJsonObject(value)) return !isBlank(value) && value !== false;
  if ('connected' in value) return value['connected'] === true;
  return Object.entries(value).some(([key, item]) => key !== 'primaryWebsite' && namesPlatform(item));
}

/** The platforms that personas are for. */
const personasIn = (value: unknown): readonly string[] =>
  isJsonObject(value) ? Object.keys(value).filter((platform) => !isBlank(value[platform])) : [];

const objectOf = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

/** The types of content that research asks for, and that neither the website's analysis nor the persona has a platform for. */
export function uncoveredTypes({ research, website, persona }: OnboardingFacts): readonly string[] {
  const { content_type, social_media_presence } = website?.values ?? {};
  const { primary_type, secondary_types } = objectOf(content_type);
  const { platform_personas, selected_platforms } = persona?.values ?? {};
  const platforms = new Set(
    [
      ...textsOf(primary_type),
      ...textsOf(secondary_types),
      ...platformsIn(social_media_presence),
      ...personasIn(platform_personas),
      ...textsOf(selected_platforms),
    ].flatMap(words),
  );
  const isCovered = (type: string) => {
    const needed = words(type).flatMap((word) => PLATFORMS_OF.get(word) ?? []);
    return needed.length === 0 || needed.some((platform) => platforms.has(platform));
  };
  return [...new Set(textsOf(research?.values['content_types']))].filter((type) => !isCovered(type));
}

/** Platforms that were chosen, and that no persona is for. */
export function platformsWithoutPersona({ selected_platforms, platform_personas }: JsonObject): readonly string[] {
  const made = new Set(personasIn(platform_personas).map((name) => name.toLowerCase()));
  const chosen = textsOf(selected_platforms).filter((platform) => platform.trim() !== '');
  return [...new Set(chosen)].filter((platform) => !made.has(platform.toLowerCase()));
}

/** What of the integrations names platforms. */
const PLATFORM_COLUMNS = [
  'website_platforms',
  'analytics_platforms',
  'social_platforms',
  'connected_platforms',
  'providers',
  'connected_accounts',
];

export function hasPlatforms({ integrations }: OnboardingFacts): boolean {
  return PLATFORM_COLUMNS.some((column) => namesPlatform(integrations?.values[column]));
}
