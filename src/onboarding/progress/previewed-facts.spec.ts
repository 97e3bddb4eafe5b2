import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import type { Preview } from '../database/record.js';
import { competitorsRecord } from '../database/records/competitor-analyses.record.js';
import {
  documentChangesWithValues,
  type DocumentChanges,
  type Mark,
  type WebsiteChange,
} from '../database/records/document-changes.record.js';
import { ANALYSIS_COLUMNS } from '../database/records/website-analysis.record.js';
import { Snapshot } from '../database/snapshot.js';
import { PREVIEW_PARTS, withChanges } from './previewed-facts.js';

const EARLIER = '2026-01-02T00:00:00.000Z';
const NOW = new Date('2026-03-01T00:00:00.000Z');
const TIME = NOW.toISOString();

const SAME: WebsiteChange = { differs: false, changed_at: null, before: EARLIER, values: null };
const CHANGES: DocumentChanges = {
  changed_at: { website_analyses: EARLIER, persona_data: EARLIER },
  website: { research: SAME, persona: SAME, period: SAME },
};

/** A row as the database has it. */
const row = (values: JsonObject): JsonObject => {
  return {
    id: 'id',
    user_id: 'alice',
    session_id: 'session',
    created_at: EARLIER,
    updated_at: EARLIER,
    extra: {},
    ...values,
  };
};

const SITE = row({ website_url: 'https://example.com', writing_style: { tone: 'dry' } });
const WRITES = { ...SITE, writing_style: { tone: 'warm' } };

/** What of the website marks compare. */
const valuesOf = (website: JsonObject) => ANALYSIS_COLUMNS.map((column) => website[column] ?? null);

const SAVED: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(PREVIEW_PARTS.map(({ name }) => [name, null])),
  website_analyses: SITE,
  document_changes: CHANGES,
};

/** What is saved after a change of these parts, and the changes that would be recorded. */
function previewed(changed: Readonly<Record<string, unknown>>, saved: Readonly<Record<string, unknown>> = {}) {
  const before = new Snapshot(null, { ...SAVED, ...saved });
  const previews = Object.entries(changed).map(([part, value]): Preview => ({ part, apply: () => value }));
  const after = withChanges(before, before.after(previews, NOW), NOW);
  return { before, after, changes: after.of(documentChangesWithValues) };
}

const marks = (changes: DocumentChanges) => Object.entries(changes.website);
const withMark = (mark: Mark, change: Partial<WebsiteChange>) => ({
  document_changes: { ...CHANGES, website: { ...CHANGES.website, [mark]: { ...SAME, ...change } } },
});

describe('a change that was not made', () => {
  it('is none where the same is saved again, whatever its time and the order of keys', () => {
    const again = { ...Object.fromEntries(Object.entries(SITE).toReversed()), updated_at: TIME };
    const { changes } = previewed({ website_analyses: again, competitor_analyses: [] }, { competitor_analyses: [] });
    expect(changes).toBe(CHANGES);
  });

  it('leaves what is saved as it was, and the snapshot before', () => {
    const { before, after } = previewed({ website_analyses: WRITES });
    expect(before.of(documentChangesWithValues)).toBe(CHANGES);
    expect(after.of(documentChangesWithValues)).not.toBe(CHANGES);
  });

  it.each([
    ['research_preferences', row({ research_depth: 'Deep' })],
    ['competitor_analyses', [{ url: 'https://a.example' }]],
    ['persona_data', row({ core_persona: {} })],
    ['platform_integrations', row({ notes: 'x' })],
    ['website_analyses', WRITES],
  ])('of %s is one of its table alone, now', (table, value) => {
    const { changes } = previewed({ [table]: value });
    expect(changes.changed_at).toEqual({ ...CHANGES.changed_at, [table]: TIME });
  });

  it('of keys is none of a document', () => {
    expect(previewed({ api_keys: [{ provider: 'openai', verification: null, updated_at: TIME }] }).changes).toBe(
      CHANGES,
    );
  });

  it('may be a change of unknown keys alone', () => {
    const { changes } = previewed({ website_analyses: { ...SITE, extra: { email: 'a@example.com' } } });
    expect(changes.changed_at.website_analyses).toBe(TIME);
  });

  it('may be a change of the order of competitors alone', () => {
    const [one, two] = [{ url: 'https://a.example' }, { url: 'https://b.example' }];
    const { changes } = previewed({ competitor_analyses: [two, one] }, { competitor_analyses: [one, two] });
    expect(changes.changed_at.competitor_analyses).toBe(TIME);
    expect(competitorsRecord.fromJson([two, one])).toEqual([two, one]);
  });
});

describe('the website, compared with what it was', () => {
  it('differs from all marks where the analysis changes', () => {
    for (const [mark, change] of marks(previewed({ website_analyses: WRITES }).changes)) {
      expect([mark, change]).toEqual([mark, { ...SAME, differs: true, changed_at: TIME, values: valuesOf(SITE) }]);
    }
  });

  it('differs where there was none', () => {
    const { changes } = previewed({ website_analyses: SITE }, { website_analyses: null });
    for (const [mark, { differs, values }] of marks(changes)) {
      expect([mark, differs, values]).toEqual([mark, true, ANALYSIS_COLUMNS.map(() => null)]);
    }
  });

  it.each<[string, JsonObject]>([
    ['an address for e-mail', { extra: { email: 'a@example.com' } }],
    ['business data', { extra: { businessData: { name: 'Bakery' } } }],
    ['the accounts', { social_media_accounts: { x: 'https://x.example' } }],
  ])('is the same after a change of %s', (_, values) => {
    const { changes } = previewed({ website_analyses: { ...SITE, ...values } });
    for (const [mark, { differs, changed_at }] of marks(changes)) {
      expect([mark, differs, changed_at]).toEqual([mark, false, TIME]);
    }
  });

  it.each(ANALYSIS_COLUMNS)('differs after a change of %s', (column) => {
    const value = column === 'website_url' || column === 'status' ? 'other' : { other: true };
    const { changes } = previewed({ website_analyses: { ...SITE, [column]: value } });
    expect(marks(changes).map(([, { differs }]) => differs)).toEqual([true, true, true]);
  });

  it('is the same again after a change back, and since the first change all the same', () => {
    const change = { differs: true, changed_at: EARLIER, values: valuesOf(WRITES) };
    const { changes } = previewed({ website_analyses: WRITES }, withMark('research', change));
    expect(changes.website.research).toEqual({ ...SAME, ...change, differs: false });
    expect(changes.website.persona).toMatchObject({ differs: true, changed_at: TIME });
  });

  it('differs still after a change to a third, since the first change', () => {
    const change = { differs: true, changed_at: EARLIER, values: valuesOf(row({ status: 'first' })) };
    const { changes } = previewed({ website_analyses: WRITES }, withMark('research', change));
    expect(changes.website.research).toEqual({ ...SAME, ...change });
  });

  it('differs still where what it was is no longer kept', () => {
    const change = { differs: true, changed_at: EARLIER, values: null };
    const { changes } = previewed({ website_analyses: WRITES }, withMark('persona', change));
    expect(changes.website.persona).toEqual({ ...SAME, ...change });
  });

  it('stays compared as it was where it does not change', () => {
    const change = { differs: true, changed_at: EARLIER, values: valuesOf(WRITES) };
    const { changes } = previewed({ platform_integrations: row({ notes: 'x' }) }, withMark('research', change));
    expect(changes.website).toEqual(withMark('research', change).document_changes.website);
  });
});

describe('a mark', () => {
  const DIFFERS = { differs: true, changed_at: EARLIER, values: valuesOf(WRITES) };
  const all = { research: { ...SAME, ...DIFFERS }, persona: { ...SAME, ...DIFFERS }, period: { ...SAME, ...DIFFERS } };
  const saved = { document_changes: { ...CHANGES, website: all } };
  const SET = { differs: false, changed_at: null, before: null, values: null };

  it.each<[string, unknown, Mark]>([
    ['research_preferences', row({ research_depth: 'Deep' }), 'research'],
    ['competitor_analyses', [{ url: 'https://a.example' }], 'research'],
    ['persona_data', row({ core_persona: {} }), 'persona'],
  ])('is set by a change of %s, and no other', (table, value, mark) => {
    expect(previewed({ [table]: value }, saved).changes.website).toEqual({ ...all, [mark]: SET });
  });

  it('is set by what is made with the website that changes together with it', () => {
    const { changes } = previewed({ website_analyses: WRITES, persona_data: row({ core_persona: {} }) });
    expect(changes.website.persona).toEqual(SET);
    expect(changes.website.research.differs).toBe(true);
  });

  it('is not set by a save of the same', () => {
    const persona = row({ core_persona: {} });
    const { changes } = previewed(
      { persona_data: { ...persona, updated_at: TIME } },
      { ...saved, persona_data: persona },
    );
    expect(changes.website).toBe(all);
  });
});
