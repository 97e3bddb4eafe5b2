import { describe, expect, it } from '@jest/globals';
import { Expression, type Row } from '../../storage/wire/statement.js';
import { newProgress } from '../flow/progress.js';
import type { Query, SnapshotPart } from './record.js';
import type { Session } from './session.js';
import { Snapshot, snapshotOf, wholeSnapshotOf } from './snapshot.js';

/** Bytes that PostgreSQL tells apart of a name. */
const MAX_NAME_LENGTH = 63;

function partOf(name: string, more: Partial<SnapshotPart<unknown>> = {}): SnapshotPart<unknown> {
  const select = new Expression(`(select to_jsonb(d) from ${name} d where user_id = $1)`);
  return { name, select, isDocument: true, fromJson: (value) => value, ...more };
}

const [website, research] = [partOf('website'), partOf('research')];
const keys = partOf('keys', { isDocument: false });

const SESSION_ROW: Row = {
  id: '01900000-0000-7000-8000-000000000000',
  user_id: 'alice',
  revision: 7,
  updated_at: '2026-01-02T03:04:05.678+00:00',
  steps: {},
  current_step: null,
  percentage_floor: 0,
  started_at: '2026-01-01T00:00:00+00:00',
  completed_at: null,
  flow: null,
  flow_source: null,
  onboarding_type: null,
};

const SESSION: Session = {
  id: '01900000-0000-7000-8000-000000000000',
  userId: 'alice',
  revision: 7,
  updatedAt: new Date('2026-01-02T03:04:05.678Z'),
  progress: newProgress(new Date('2026-01-01T00:00:00.000Z')),
};

/** What the query makes of one row with these values, in the order of its columns, whose names PostgreSQL cuts off. */
function parse<T>({ statement, parse: parseRows }: Query<T>, ...values: readonly unknown[]): T {
  const [columns = ''] = statement.text.split(/\sfrom \(select \$1::text/);
  const names = [...columns.matchAll(/ as (\w+)/g)].map(([, name = '']) => name.slice(0, MAX_NAME_LENGTH));
  expect(names).toHaveLength(values.length);
  return parseRows([Object.fromEntries(names.map((name, index) => [name, values[index]]))]);
}

const LONG = 'a_name_that_is_longer_than_what_postgresql_tells_apart_of_it'.padEnd(MAX_NAME_LENGTH, '_');

/** Pairs of names that something careless takes for each other. */
const ALIKE = [
  ['that begin alike', 're_alpha', 're_alphb'],
  ['of which one begins with the other', 're_alpha', 're_alpha_more'],
  ['that are long and differ at their ends alone', `${LONG}a`, `${LONG}b`],
  ['of which one is as long as may be, and the other longer', LONG, `${LONG}b`],
] as const;

describe('the statement of a choice of parts', () => {
  const nameOf = (...parts: readonly SnapshotPart<unknown>[]) => snapshotOf(parts).statement.name;

  it.each(ALIKE)('shares its name with no other, for names %s', (_, one, other) => {
    const choices = [[one], [other], [one, other], [other, one]].map((names) => names.map((name) => partOf(name)));
    const names = [snapshotOf, wholeSnapshotOf].flatMap((read) => choices.map((parts) => read(parts).statement.name));
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(MAX_NAME_LENGTH);
  });

  it('is the same for the same choice, so that a connection prepares it once', () => {
    for (const read of [snapshotOf, wholeSnapshotOf]) {
      const { statement } = read([website, keys]);
      expect(read([website, keys]).statement).toBe(statement);
      expect(read([partOf('website'), partOf('keys', { isDocument: false })]).statement).toBe(statement);
    }
  });

  it('is another one for more parts, fewer parts, and none', () => {
    const names = [nameOf(), nameOf(website), nameOf(keys), nameOf(website, keys), nameOf(website, research)];
    expect(new Set(names).size).toBe(names.length);
  });

  it('is another one for the same SQL where it reads no document: only documents are withheld', () => {
    expect(nameOf(website)).not.toBe(nameOf({ ...website, isDocument: false }));
  });

  it('takes the user as its one value', () => {
    for (const read of [snapshotOf, wholeSnapshotOf]) {
      const { text } = read([website, keys]).statement;
      expect(new Set(text.match(/\$\d+/g))).toEqual(new Set(['$1']));
    }
  });
});

describe('a snapshot', () => {
  it('is the session and each part, as the part reads it', () => {
    const counted = partOf('counted', { fromJson: (value) => (value as unknown[]).length });
    const snapshot = parse(wholeSnapshotOf([website, counted]), SESSION_ROW, { url: 'https://example.com' }, [1, 2, 3]);
    expect(snapshot.session).toEqual(SESSION);
    expect(snapshot.of(website)).toEqual({ url: 'https://example.com' });
    expect(snapshot.of(counted)).toBe(3);
  });

  it('has the wizard of the session, and how it is known; none where this version does not have it', () => {
    const flowOf = (row: Row) => parse(wholeSnapshotOf([]), { ...SESSION_ROW, ...row }).session?.progress;
    const known = { flow: 'four', flow_source: 'explicit', onboarding_type: 'linkedin' };
    expect(flowOf(known)).toMatchObject({ flow: { id: 'four', source: 'explicit' }, onboardingType: 'linkedin' });
    expect(flowOf({ flow: 'seven', flow_source: 'learnt' })).toMatchObject({ flow: null, onboardingType: null });
  });

  it.each(ALIKE)('tells parts apart, for names %s', (_, one, other) => {
    const [first, second] = [partOf(one), partOf(other)];
    const snapshot = parse(wholeSnapshotOf([first, second]), SESSION_ROW, 'first', 'second');
    expect([snapshot.of(first), snapshot.of(second)]).toEqual(['first', 'second']);
    expect(parse(wholeSnapshotOf([second]), SESSION_ROW, 'second').of(second)).toBe('second');
  });

  it('gives each its own where two parts read the same under different names', () => {
    const again = { ...website, name: 'website_again' };
    for (const part of [website, again]) expect(parse(wholeSnapshotOf([part]), null, 'read').of(part)).toBe('read');
  });

  it('tells a part from the session, whatever its name', () => {
    const session = partOf('session');
    const snapshot = parse(wholeSnapshotOf([session]), SESSION_ROW, 'read');
    expect([snapshot.session, snapshot.of(session)]).toEqual([SESSION, 'read']);
  });

  it('of a user without a session has none, and what the parts make of null', () => {
    const listed = partOf('listed', { fromJson: (value) => value ?? [] });
    const snapshot = parse(wholeSnapshotOf([website, listed]), null, null, null);
    expect(snapshot.session).toBeNull();
    expect([snapshot.of(website), snapshot.of(listed)]).toEqual([null, []]);
  });

  it('of no row at all is that of a user without a session', () => {
    for (const read of [snapshotOf, wholeSnapshotOf]) expect(read([]).parse([])).toEqual(new Snapshot(null, {}));
  });

  it('does not have a part that was not read', () => {
    const snapshot = parse(wholeSnapshotOf([website]), SESSION_ROW, null);
    expect(snapshot.of(website)).toBeNull();
    expect(() => snapshot.of(research)).toThrow('The snapshot was read without research');
    // Nor one whose name every object has.
    expect(() => snapshot.of(partOf('constructor'))).toThrow('The snapshot was read without constructor');
    for (const name of ['session', 'withheld']) expect(() => snapshot.of(partOf(name))).toThrow('was read without');
  });

  it('with a session as it became keeps its parts, and leaves the first as it was', () => {
    const before = parse(wholeSnapshotOf([website]), null, 'read');
    const after = before.withSession(SESSION);
    expect([after.session, after.of(website)]).toEqual([SESSION, 'read']);
    expect(() => after.of(research)).toThrow('The snapshot was read without research');
    expect(before.session).toBeNull();
  });
});

describe('documents that are large', () => {
  it('are withheld: how large they are is read instead', () => {
    expect(parse(snapshotOf([website, keys]), SESSION_ROW, 600_000, null, ['openai'])).toEqual({ withheld: 600_000 });
  });

  it('are withheld by a statement that reads no document then, and everything else', () => {
    const { text } = snapshotOf([website, keys]).statement;
    expect(text).toContain(`case when s.document_bytes > 524288 then null else ${website.select.text} end`);
    expect(text).toContain(`, ${keys.select.text} as`);
  });

  it('are read where they are not that large', () => {
    const snapshot = parse(snapshotOf([website, keys]), SESSION_ROW, null, { url: 'https://example.com' }, ['openai']);
    if ('withheld' in snapshot) throw new Error('They were withheld');
    expect(snapshot.session).toEqual(SESSION);
    expect([snapshot.of(website), snapshot.of(keys)]).toEqual([{ url: 'https://example.com' }, ['openai']]);
  });

  it('are read whole where that is wanted, and never withheld where no part is a document', () => {
    for (const { statement } of [wholeSnapshotOf([website, keys]), snapshotOf([keys]), snapshotOf([])]) {
      expect(statement.text).not.toContain('document_bytes');
    }
  });
});
