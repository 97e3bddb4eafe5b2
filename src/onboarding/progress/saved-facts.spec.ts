import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import { PROVIDERS } from '../../ground/providers/providers.js';
import type { DocumentChanges, WebsiteChange } from '../database/records/document-changes.record.js';
import { Snapshot } from '../database/snapshot.js';
import { newProgress } from '../flow/progress.js';
import type { Deployment } from './deployment.js';
import { REQUIREMENT_PARTS, SavedFacts } from './saved-facts.js';

const STARTED = new Date('2026-01-01T00:00:00.000Z');
const CREATED = '2026-01-02T00:00:00+00:00';
const UPDATED = '2026-01-03T00:00:00+00:00';
const CHANGED = '2026-01-04T00:00:00+00:00';
const NOW = new Date('2026-09-01T00:00:00.000Z');

/** What facts ask of a deployment. */
const DEPLOYMENT = {
  brandAnalysis: true,
  facts: { keys: [{ provider: 'openai', use: 'ai' }], deadlineDays: 14 },
} as Partial<Deployment> as Deployment;

const SESSION = { id: 'session', userId: 'alice', revision: 3, updatedAt: NOW, progress: newProgress(STARTED) };
const SAME: WebsiteChange = { differs: false, changed_at: null, before: null, values: null };
const NO_CHANGES: DocumentChanges = { changed_at: {}, website: { research: SAME, persona: SAME, period: SAME } };

/** What the database has of a user who has saved nothing. */
const NOTHING: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(REQUIREMENT_PARTS.map(({ name }) => [name, null])),
  document_changes: NO_CHANGES,
};

const row = (values: JsonObject): JsonObject => ({
  id: 'id',
  created_at: CREATED,
  updated_at: UPDATED,
  extra: {},
  ...values,
});

function factsOf(saved: Readonly<Record<string, unknown>> = {}, deployment: Partial<Deployment> = {}): SavedFacts {
  return new SavedFacts(
    new Snapshot(SESSION, { ...NOTHING, ...saved }),
    { ...DEPLOYMENT, ...deployment } as Deployment,
    NOW,
  );
}

/** A part that no fact needs may be missing. */
function factsFromParts(parts: Readonly<Record<string, unknown>>): SavedFacts {
  return new SavedFacts(new Snapshot(SESSION, parts), DEPLOYMENT, NOW);
}

describe('the facts of a user who has saved nothing', () => {
  it('are empty', () => {
    const facts = factsOf();
    expect(facts.deployment).toBe(DEPLOYMENT.facts);
    expect([facts.now, facts.startedAt]).toEqual([NOW, STARTED]);
    expect([facts.keys, facts.competitors]).toEqual([[], []]);
    expect([facts.website, facts.research, facts.persona, facts.integrations]).toEqual([null, null, null, null]);
    expect([facts.hasAnalysis, facts.competitorsChangedAt, facts.analysisUnchangedSince]).toEqual([false, null, null]);
    const same = { isDifferent: false, changedAt: null };
    expect(facts.websiteSince).toEqual({ research: same, persona: same });
  });

  it('say that there is no session', () => {
    expect(new SavedFacts(new Snapshot(null, NOTHING), DEPLOYMENT, NOW).startedAt).toBeNull();
  });
});

describe('keys', () => {
  const key = (provider: string, verification: string | null = null) => ({
    provider,
    verification,
    updated_at: UPDATED,
    verified_at: verification && CHANGED,
  });

  it('are of the providers that the service knows, with what they are for', () => {
    const keys = PROVIDERS.map(({ id }) => key(id));
    expect(factsOf({ api_keys: keys }).keys).toEqual(
      PROVIDERS.map(({ id, name, group, verification }) => ({
        provider: id,
        name,
        use: group,
        canBeAsked: verification !== undefined,
        verification: null,
        savedAt: new Date(UPDATED),
        verifiedAt: null,
      })),
    );
  });

  it('may be of a provider that the service does not know any more', () => {
    expect(factsOf({ api_keys: [key('gone', 'invalid')] }).keys).toEqual([
      {
        provider: 'gone',
        name: 'gone',
        use: 'unknown',
        canBeAsked: false,
        verification: 'invalid',
        savedAt: new Date(UPDATED),
        verifiedAt: new Date(CHANGED),
      },
    ]);
  });
});

describe('a document', () => {
  const TABLES = [
    ['website_analyses', 'website'],
    ['research_preferences', 'research'],
    ['persona_data', 'persona'],
    ['platform_integrations', 'integrations'],
  ] as const;

  it.each(TABLES)('of %s has its columns, with what was posted besides next to them', (table, name) => {
    const saved = row({ status: 'column', extra: { status: 'lower', note: 'besides' } });
    expect(factsOf({ [table]: saved })[name]?.values).toMatchObject({ status: 'column', note: 'besides' });
  });

  it.each(TABLES)('of %s is since its last change, or, where none was recorded, since its last save', (table, name) => {
    const changes = { ...NO_CHANGES, changed_at: { [table]: CHANGED } };
    expect(factsOf({ [table]: row({}), document_changes: changes })[name]?.changedAt).toEqual(new Date(CHANGED));
    expect(factsOf({ [table]: row({}) })[name]?.changedAt).toEqual(new Date(UPDATED));
    const others = Object.fromEntries(TABLES.filter(([other]) => other !== table).map(([other]) => [other, CHANGED]));
    const changesOfOthers = { ...NO_CHANGES, changed_at: others };
    expect(factsOf({ [table]: row({}), document_changes: changesOfOthers })[name]?.changedAt).toEqual(
      new Date(UPDATED),
    );
  });

  it('needs its own part alone, but for when it changed', () => {
    for (const [table, name] of TABLES) {
      const facts = factsFromParts({ [table]: row({}) });
      expect(facts[name]?.values).toMatchObject({ id: 'id' });
      expect(() => facts[name]?.changedAt).toThrow('The snapshot was read without document_changes');
    }
    expect(factsFromParts({ api_keys: [] }).keys).toEqual([]);
    expect(factsFromParts({ competitor_analyses: null }).competitors).toEqual([]);
    expect(() => factsFromParts({}).keys).toThrow('The snapshot was read without api_keys');
  });

  it('leaves the row as it was', () => {
    const saved = row({ brand_analysis: {}, extra: { note: 1 } });
    const before = structuredClone(saved);
    expect(factsOf({ website_analyses: saved }, { brandAnalysis: false }).website?.values).not.toHaveProperty(
      'brand_analysis',
    );
    expect(saved).toEqual(before);
  });

  it('competitors are a list, since its last change', () => {
    const changes = { ...NO_CHANGES, changed_at: { competitor_analyses: CHANGED } };
    const facts = factsOf({ competitor_analyses: [{ url: 'a' }], document_changes: changes });
    expect([facts.competitors, facts.competitorsChangedAt]).toEqual([[{ url: 'a' }], new Date(CHANGED)]);
  });
});

describe('an analysis of the website', () => {
  const isThere = (values: JsonObject, brandAnalysis = true) =>
    factsOf({ website_analyses: row(values) }, { brandAnalysis }).hasAnalysis;

  it('is there with any part of one', () => {
    expect(isThere({ writing_style: {} })).toBe(true);
    expect(isThere({ brand_analysis: { brand_voice: 'low' } })).toBe(true);
  });

  it('is none with an address, a status, accounts, or what was posted besides', () => {
    expect(isThere({ website_url: 'https://example.com', status: 'done', social_media_accounts: {} })).toBe(false);
    expect(isThere({ extra: { businessData: {}, note: {} } })).toBe(false);
  });

  it('is none with what is hidden while brand analysis is switched off', () => {
    const brand = { brand_analysis: { brand_voice: 'low' }, content_strategy_insights: {} };
    expect(isThere(brand, false)).toBe(false);
    expect(factsOf({ website_analyses: row(brand) }, { brandAnalysis: false }).website?.values).toEqual(row({}));
  });
});

describe('changes of the website', () => {
  const changed = (website: Partial<DocumentChanges['website']>) => ({
    document_changes: { ...NO_CHANGES, website: { ...NO_CHANGES.website, ...website } },
  });

  it('since the research and since the persona are kept apart', () => {
    const other: WebsiteChange = { ...SAME, differs: true, changed_at: CHANGED };
    const facts = factsOf(changed({ persona: other }));
    expect(facts.websiteSince).toEqual({
      research: { isDifferent: false, changedAt: null },
      persona: { isDifferent: true, changedAt: new Date(CHANGED) },
    });
  });

  it('back and forth are none, though there was a change', () => {
    const back: WebsiteChange = { ...SAME, changed_at: CHANGED };
    expect(factsOf(changed({ research: back })).websiteSince.research).toEqual({
      isDifferent: false,
      changedAt: new Date(CHANGED),
    });
  });

  it.each<[string, Partial<WebsiteChange>, string | null]>([
    ['differs from then', { differs: true, before: CREATED, changed_at: CHANGED }, null],
    ['was saved last before that', { before: CREATED }, CREATED],
    ['is what it was then, though it changed between', { before: CREATED, changed_at: CHANGED }, CREATED],
    ['has no recorded change at all', {}, UPDATED],
    ['has its first recorded change later, which kept the analysis', { changed_at: CHANGED }, CREATED],
  ])('an analysis is unchanged since then, where the website %s', (_, period, since) => {
    const facts = factsOf({ website_analyses: row({}), ...changed({ period: { ...SAME, ...period } }) });
    expect(facts.analysisUnchangedSince).toEqual(since === null ? null : new Date(since));
  });

  it('an analysis is unchanged since never, where there is no website', () => {
    expect(factsOf(changed({ period: { ...SAME, before: CREATED } })).analysisUnchangedSince).toBeNull();
  });
});
