import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../ground/problems/json.js';
import { patchedRow, patchOf, patchWithClears, type Mapping, type Patch } from './posted-data.js';

const mapping: Mapping = {
  table: 'website_analyses',
  columns: ['website_url', 'writing_style', 'style_guidelines', 'status', 'auto_research'],
  merged: ['style_guidelines'],
  defaults: { status: 'new', auto_research: true },
  kinds: {
    website_url: 'text',
    writing_style: 'document',
    style_guidelines: 'document',
    status: 'text',
    auto_research: 'flag',
  },
  nested: null,
  typed: {},
  neverExtra: [],
};

const BEFORE = '2026-01-01T00:00:00.000Z';
const NOW = new Date('2026-02-01T00:00:00.000Z');

/** A row as the database has it. */
const ROW: JsonObject = {
  ...{ id: 'id', user_id: 'alice', session_id: 'session', created_at: BEFORE, updated_at: BEFORE },
  website_url: 'https://example.com',
  writing_style: { tone: 'dry', voice: 'low' },
  style_guidelines: { avoid: ['x'], tips: ['y'] },
  status: 'done',
  auto_research: false,
  extra: { email: 'a@example.com', note: 'kept' },
};

const patch = (columns: JsonObject, more: Partial<Patch> = {}): Patch => ({ columns, extra: {}, removed: [], ...more });
const change = (columns: JsonObject, more?: Partial<Patch>) => patchedRow(mapping, ROW, patch(columns, more), NOW);
const first = (columns: JsonObject, more?: Partial<Patch>) => patchedRow(mapping, null, patch(columns, more), NOW);

describe('a row that a save changes', () => {
  it('has another time, and is the same otherwise where nothing is posted', () => {
    expect(change({})).toEqual({ ...ROW, updated_at: NOW.toISOString() });
  });

  it('has the columns that are posted, as a whole', () => {
    const columns = { website_url: 'https://other.example', writing_style: { tone: 'warm' } };
    expect(change(columns)).toEqual({ ...ROW, ...columns, updated_at: NOW.toISOString() });
  });

  it('keeps the keys of a document that is added to, one level deep', () => {
    const posted = { style_guidelines: { tips: ['new'], more: { deep: 1 } } };
    expect(change(posted)['style_guidelines']).toEqual({ avoid: ['x'], tips: ['new'], more: { deep: 1 } });
    const bare = { ...ROW, style_guidelines: null };
    expect(patchedRow(mapping, bare, patch(posted), NOW)['style_guidelines']).toEqual(posted.style_guidelines);
  });

  it('lacks what is cleared, and has defaults where a column is never empty', () => {
    const cleared = change({ website_url: null, style_guidelines: null, status: null, auto_research: null });
    expect(cleared).toMatchObject({ website_url: null, style_guidelines: null, status: 'new', auto_research: true });
  });

  it('keeps a default’s column that is not posted', () => {
    expect(change({ website_url: 'x' })).toMatchObject({ status: 'done', auto_research: false });
    expect(change({ auto_research: false })).toMatchObject({ auto_research: false });
  });

  it('has what is posted besides next to what is there, without what is removed', () => {
    expect(change({}, { extra: { note: 'new', more: 1 } })['extra']).toEqual({
      ...{ email: 'a@example.com', note: 'new', more: 1 },
    });
    expect(change({}, { removed: ['note', 'absent'] })['extra']).toEqual({ email: 'a@example.com' });
    expect(change({}, { removed: ['note'], extra: { note: 'again' } })['extra']).toEqual({
      ...{ email: 'a@example.com', note: 'again' },
    });
  });

  it('leaves the row before as it was', () => {
    const before = structuredClone(ROW);
    change({ style_guidelines: { tips: [] }, website_url: null }, { extra: { note: 1 }, removed: ['email'] });
    expect(ROW).toEqual(before);
  });
});

describe('the first row of a user', () => {
  it('has every column, with defaults, and begins now', () => {
    expect(first({ website_url: 'https://example.com' }, { extra: { note: 1 } })).toEqual({
      website_url: 'https://example.com',
      writing_style: null,
      style_guidelines: null,
      status: 'new',
      auto_research: true,
      extra: { note: 1 },
      created_at: NOW.toISOString(),
      updated_at: NOW.toISOString(),
    });
  });

  it('has what is posted in place of a default, and a default for null', () => {
    expect(first({ status: 'done', auto_research: false })).toMatchObject({ status: 'done', auto_research: false });
    expect(first({ status: null })).toMatchObject({ status: 'new' });
  });
});

describe('several saves', () => {
  it('come one after the other', () => {
    const posts = [
      { website_url: 'a', style_guidelines: { one: 1 } },
      { style_guidelines: { two: 2 }, note: 'x' },
    ];
    const row = posts.reduce<JsonObject | null>(
      (sofar, data) => patchedRow(mapping, sofar, patchOf(mapping, data), NOW),
      null,
    );
    expect(row).toMatchObject({ website_url: 'a', style_guidelines: { one: 1, two: 2 }, extra: { note: 'x' } });
  });

  it('with null clear what was saved before', () => {
    const row = patchedRow(mapping, ROW, patchWithClears(mapping, { website_url: null, note: null }), NOW);
    expect(row).toMatchObject({ website_url: null, extra: { email: 'a@example.com' } });
    expect(row['extra']).not.toHaveProperty('note');
  });
});
