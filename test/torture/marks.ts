import { isJsonObject, type JsonObject } from '../../src/ground/problems/json.js';

/** What a user saves as a whole, and reads as a whole. Each starts with another letter. */
export const DOCUMENTS = ['website', 'research', 'persona', 'integrations', 'business'] as const;
export type Document = (typeof DOCUMENTS)[number];

/** The providers of which users save keys. */
export const PROVIDERS = ['openai', 'exa'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What holds one value at a time: that of the write that came last. */
export type Register = Document | Provider;

/** The value of what was never saved, or removed. */
export const NOTHING = '-';

/** In everything that a user saves: whose it is, of which document, by which operation. */
const MARK = /mark(\d{4})(?:([a-z])(\d+)z)?/gi;

export const userMark = (user: number): string => `mark${String(user).padStart(4, '0')}`;

const stamp = (user: number, kind: string, number: number) => `${userMark(user)}${kind.charAt(0)}${number}z`;

/** The users whose marks are in a text, and the operations by document that wrote what is in it. */
export function marksIn(text: string): { users: Set<number>; numbers: Map<Document, Set<string>> } {
  const users = new Set<number>();
  const numbers = new Map<Document, Set<string>>();
  for (const [, user, letter, number] of text.matchAll(MARK)) {
    users.add(Number(user));
    const document = DOCUMENTS.find((name) => name.charAt(0) === letter?.toLowerCase());
    if (document && number) numbers.set(document, (numbers.get(document) ?? new Set()).add(number));
  }
  return { users, numbers };
}

/** What the user's operation of that number saves: the same fields each time, so that no older ones stay; every tenth is large. */
export function payload(document: Document, user: number, number: number): JsonObject {
  const mark = stamp(user, document, number);
  const text = number % 10 === 0 ? `${mark} ${'and so on, at length, '.repeat(180)}${mark}` : mark;
  return PAYLOADS[document](mark, text, number);
}

const PAYLOADS: Readonly<Record<Document, (mark: string, text: string, number: number) => JsonObject>> = {
  website: (mark, text) => ({
    website: `https://${mark}.example.com`,
    domainName: mark,
    crawlResult: { text },
    analysis: {
      writing_style: { tone: mark },
      target_audience: { industry_focus: mark },
      seo_audit: { finding: mark },
      guidelines: [mark],
    },
  }),
  // Three tables, and from one to three competitors, so that some are replaced and some removed.
  research: (mark, text, number) => ({
    research_depth: 'Deep',
    content_types: [mark],
    writing_style: { tone: mark },
    researchSummary: { text },
    competitors: Array.from({ length: 1 + (number % 3) }, (_, turn) => ({
      url: `https://${mark}.example.org/${turn}`,
      name: mark,
    })),
    social_media_accounts: { mastodon: mark },
  }),
  persona: (mark, text) => ({
    core_persona: { identity: { name: mark }, text },
    platform_personas: { linkedin: { voice: mark } },
    quality_metrics: { note: mark },
    selected_platforms: [mark],
  }),
  integrations: (mark, text) => ({
    notes: text,
    providers: { first: mark },
    connected_accounts: { second: mark },
    integrations: { primaryWebsite: `https://${mark}.example.net`, connectedPlatforms: [mark] },
  }),
  business: (mark) => ({
    business_description: `${mark} repairs bicycles`,
    industry: mark,
    target_audience: mark,
    business_goals: mark,
  }),
};

/** Whether what was read has all of what was posted. */
export function contains(read: unknown, posted: unknown): boolean {
  if (Array.isArray(posted)) {
    return Array.isArray(read) && read.length === posted.length && posted.every((item, at) => contains(read[at], item));
  }
  if (!isJsonObject(posted)) return read === posted;
  return isJsonObject(read) && Object.entries(posted).every(([key, value]) => contains(read[key], value));
}

/** Characters of a key's end that are shown, half of them the user's, half the operation's. */
const DIGITS = 36;
const inTwo = (number: number) => (number % DIGITS ** 2).toString(DIGITS).padStart(2, '0');

export const apiKey = (user: number, number: number): string => `${stamp(user, 'key', number)}-${keyEnd(user, number)}`;

/** The last four characters of a key, which is what its mask shows. */
export const keyEnd = (user: number, number: number): string => inTwo(user) + inTwo(number);

/** The ends of the masked keys in an answer that are not the user's. */
export function foreignKeyEnds(text: string, user: number): string[] {
  return [...text.matchAll(/\*{8}(\w{4})/g)].map(([, end = '']) => end).filter((end) => !end.startsWith(inTwo(user)));
}
