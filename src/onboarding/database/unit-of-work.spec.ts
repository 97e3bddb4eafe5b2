import { describe, expect, it } from '@jest/globals';
import { Statement } from '../../storage/wire/statement.js';
import { StepsMissing } from '../flow/flow.problems.js';
import { newProgress, stepState } from '../flow/progress.js';
import { Step, type StepNumber } from '../flow/steps.js';
import {
  completeOnboarding,
  completeStep,
  goToStep,
  keysChanged,
  raisePercentage,
  unchanged,
} from '../flow/transitions.js';
import { MAX_DOCUMENT_ITEMS, SIZED_TABLES, type SizedTable } from './document-sizes.js';
import type { Command, Query } from './record.js';
import type { Origin } from './records/onboarding-sessions.record.js';
import type { Session } from './session.js';
import { UnitOfWork, type Opened, type Reads } from './unit-of-work.js';

const STARTED = new Date('2026-01-02T03:04:05.678Z');
const NOW = new Date('2026-02-03T04:05:06.789Z');
const WIZARD: Origin = { actor: 'user', cause: 'wizard' };
const NOWHERE: ReadonlySet<StepNumber> = new Set();

const SESSION: Session = {
  id: '01900000-0000-7000-8000-000000000000',
  userId: 'alice',
  revision: 7,
  updatedAt: STARTED,
  progress: newProgress(STARTED),
};

/** The work of a user who has had a session for a while, or of a new one. */
function workOn(opened: Partial<Opened<Reads>> = {}, origin = WIZARD): UnitOfWork {
  return new UnitOfWork(
    'alice',
    NOW,
    { session: SESSION, isNew: false, documentItems: 0, read: {}, ...opened },
    origin,
  );
}

const newWork = () => workOn({ session: { ...SESSION, revision: 0 }, isNew: true });

/** A command without documents, whose result is the number of its rows. */
function command(label: string): Command<number> {
  return { statement: new Statement(label, `select '${label}'`), values: () => [], parse: (rows) => rows.length };
}

/** A command that writes documents. */
function write(table: SizedTable, items = 1): Command<number> {
  return { ...command(`save-${table}`), writes: { table, items } };
}

function query(label: string): Query<number> {
  return { statement: new Statement(label, `select '${label}'`), parse: (rows) => rows.length };
}

const labels = ({ planned }: UnitOfWork) => planned.map(({ command: { statement } }) => statement.label);

/** How the session advances: the statement, and the values by what they mean. */
function advanceOf({ planned, subject }: UnitOfWork) {
  const found = planned.filter(({ command: { statement } }) => statement.label.startsWith('advance-'));
  expect(found).toHaveLength(1);
  const [{ command: advance }] = found as [(typeof found)[number]];
  const [userId, id, revision, steps, currentStep, floor, startedAt, completedAt, now, events, ...items] =
    advance.values(subject);
  return {
    label: advance.statement.label,
    text: advance.statement.text,
    session: {
      userId,
      id,
      revision,
      steps: JSON.parse(steps as string) as unknown,
      currentStep,
      floor,
      startedAt,
      completedAt,
    },
    now,
    events: JSON.parse(events as string) as Record<string, unknown>[],
    items,
  };
}

const revisions = (work: UnitOfWork) => advanceOf(work).events.map(({ type, revision }) => [type, revision]);

describe('what a unit of work knows', () => {
  it('is what was opened, whatever it has planned since', () => {
    const read = { website: { url: 'https://example.com' }, keys: ['openai'] };
    const work = workOn({ read });
    work.run(write('website_analyses'));
    work.change(goToStep(Step.Research));
    expect(work.read).toBe(read);
  });

  it('is the session as it was opened while nothing has changed it', () => {
    const work = workOn();
    work.run(write('website_analyses'));
    expect(work.change(unchanged)).toBe(SESSION);
    expect(work.session).toBe(SESSION);
  });

  it('is the session with every change that was made: progress, revision and time', () => {
    const work = workOn();
    const first = work.change(goToStep(Step.Website));
    expect(first).toEqual({ ...SESSION, revision: 8, updatedAt: NOW, progress: work.session.progress });
    expect(first.progress.currentStep).toBe(2);
    const second = work.change(completeStep(Step.Website, ['slow'], NOWHERE));
    expect([second.revision, second.updatedAt]).toEqual([9, NOW]);
    expect(stepState(second.progress, Step.Website)).toEqual({
      status: 'completed',
      completed_at: NOW.toISOString(),
      validation_errors: ['slow'],
    });
    expect(work.session).toEqual(second);
  });

  it('is whose rows it changes, and when', () => {
    expect(workOn().subject).toEqual({ userId: 'alice', sessionId: SESSION.id, now: NOW });
  });
});

describe('events', () => {
  it('are one a fact, with consecutive revisions that end with that of the session', () => {
    const work = workOn();
    work.change(keysChanged('api_key_saved', ['openai', 'exa']));
    work.change(unchanged);
    work.change(completeStep(Step.ApiKeys, [], NOWHERE));
    expect(advanceOf(work).events).toEqual([
      { type: 'api_key_saved', step: 1, data: { provider: 'openai' }, revision: 8, ...WIZARD },
      { type: 'api_key_saved', step: 1, data: { provider: 'exa' }, revision: 9, ...WIZARD },
      { type: 'step_completed', step: 1, data: { from: 'pending', to: 'completed' }, revision: 10, ...WIZARD },
    ]);
    expect(advanceOf(work).session.revision).toBe(10);
  });

  it('begin with the start where the session is new, once, also when nothing else happens', () => {
    const work = newWork();
    expect(work.change(unchanged).revision).toBe(1);
    expect(revisions(work)).toEqual([['onboarding_started', 1]]);
    work.change(goToStep(Step.Website));
    work.change(raisePercentage(10));
    expect(revisions(work)).toEqual([
      ['onboarding_started', 1],
      ['step_started', 2],
      ['progress_updated', 3],
    ]);
    expect(work.session.revision).toBe(3);
  });

  it.each<[name: string, work: (data: UnitOfWork) => unknown]>([
    ['nothing at all', () => undefined],
    ['a command', (data) => data.run(command('save'))],
    ['a read', (data) => data.readAfter(query('read'))],
    ['a document', (data) => data.run(write('persona_data'))],
  ])('begin with the start where the session is new, also when the work is %s', (_, decide) => {
    const work = newWork();
    decide(work);
    expect(revisions(work)).toEqual([['onboarding_started', 1]]);
    expect(work.session).toEqual({ ...SESSION, revision: 1, updatedAt: NOW });
    expect(advanceOf(work).session.revision).toBe(1);
  });

  it('do not begin with the start where there was a session', () => {
    const work = workOn({ session: { ...SESSION, revision: 0 } });
    work.change(goToStep(Step.Website));
    expect(revisions(work)).toEqual([['step_started', 1]]);
  });

  it('carry the actor and the cause of the work, each of them', () => {
    const origin: Origin = { actor: 'operator:7', cause: 'bulk:42' };
    const work = workOn({ isNew: true }, origin);
    work.change(keysChanged('api_key_saved', ['openai', 'exa']));
    const { events } = advanceOf(work);
    expect(events).toHaveLength(3);
    for (const event of events) expect(event).toMatchObject(origin);
  });
});

describe('what is sent', () => {
  it('is nothing when nothing was decided', () => {
    expect(workOn().planned).toEqual([]);
    const work = workOn();
    work.change(unchanged);
    expect(work.planned).toEqual([]);
  });

  it('is the commands in the order of the calls, the session, then the reads after, in whatever order they were called', () => {
    const work = workOn();
    work.readAfter(query('first-read'));
    work.run(command('first-command'));
    work.change(goToStep(Step.Website));
    work.run(command('second-command'));
    work.readAfter(query('second-read'));
    work.run(command('first-command'));
    expect(labels(work)).toEqual([
      'first-command',
      'second-command',
      'first-command',
      'advance-session',
      'first-read',
      'second-read',
    ]);
  });

  it('leaves the session alone when commands change nothing of it', () => {
    const work = workOn();
    work.run(command('delete-key'));
    work.readAfter(query('read'));
    expect(labels(work)).toEqual(['delete-key', 'read']);
  });

  it('advances the session when a document was saved, without an event or a revision if there was no change', () => {
    const work = workOn();
    work.run(write('persona_data'));
    expect(labels(work)).toEqual(['save-persona_data', 'advance-bounded']);
    expect(advanceOf(work)).toMatchObject({ events: [], session: { revision: 7 } });
  });

  it('gives each command the user, the session and the moment', () => {
    const work = workOn();
    work.run({ ...command('save'), values: ({ userId, sessionId, now }) => [userId, sessionId, now] });
    const [planned] = work.planned;
    expect(planned?.command.values(work.subject)).toEqual(['alice', SESSION.id, NOW]);
  });

  it('gives a read after the user, and nothing else', () => {
    const work = workOn();
    work.readAfter(query('read'));
    const [planned] = work.planned;
    expect(planned?.command.values(work.subject)).toEqual(['alice']);
  });

  it('is the state of the session after the last change', () => {
    const work = workOn();
    work.change(completeStep(Step.ApiKeys, [], NOWHERE));
    work.change(raisePercentage(42.5));
    work.change(goToStep(Step.Research));
    const { session, now } = advanceOf(work);
    expect(session).toEqual({
      userId: 'alice',
      id: SESSION.id,
      revision: 10,
      steps: work.session.progress.steps,
      currentStep: 3,
      floor: 42.5,
      startedAt: STARTED,
      completedAt: null,
    });
    expect(now).toBe(NOW);
  });
});

describe('documents that are saved', () => {
  /** The tables whose bytes the statement measures. */
  const measured = (work: UnitOfWork) =>
    [...advanceOf(work).text.matchAll(/'(\w+)', \(select coalesce\(sum\(octet_length/g)].map(([, table]) => table);

  it.each(SIZED_TABLES)('measure %s alone where nothing else is saved', (table) => {
    const work = workOn();
    work.run(write(table));
    expect(measured(work)).toEqual([table]);
    expect([...work.savedTables]).toEqual([table]);
  });

  it('measure each table that is saved, once, and no other', () => {
    const work = workOn();
    work.run(write('persona_data'));
    work.run(command('delete-key'));
    work.run(write('website_analyses'));
    work.run(write('persona_data'));
    expect(measured(work).toSorted()).toEqual(['persona_data', 'website_analyses']);
    expect([...work.savedTables].toSorted()).toEqual(['persona_data', 'website_analyses']);
  });

  it('measure nothing where none is saved', () => {
    const work = workOn({ documentItems: 1000 });
    work.run(command('delete-key'));
    work.change(goToStep(Step.Website));
    expect(advanceOf(work)).toMatchObject({ label: 'advance-session', items: [] });
    expect(measured(work)).toEqual([]);
    expect(work.savedTables.size).toBe(0);
  });

  it('are bounded by what there was and what each command adds, as far as the limit', () => {
    const work = workOn({ documentItems: 20_000 });
    work.run(write('website_analyses', 4_000));
    expect(advanceOf(work)).toMatchObject({ label: 'advance-bounded', items: [24_000] });
    work.run(write('persona_data', 6_000));
    expect(advanceOf(work)).toMatchObject({ label: 'advance-bounded', items: [MAX_DOCUMENT_ITEMS] });
    expect(MAX_DOCUMENT_ITEMS).toBe(30_000);
  });

  it('are counted, in all tables, where the bound is beyond the limit', () => {
    const work = workOn({ documentItems: 20_000 });
    work.run(write('website_analyses', 4_000));
    work.run(write('persona_data', 6_001));
    const { label, items, text } = advanceOf(work);
    expect([label, items]).toEqual(['advance-counted', []]);
    const [, counted = ''] = text.split('document_items =');
    for (const table of SIZED_TABLES) expect(counted).toMatch(new RegExp(`from ${table} d where d.user_id = \\$1`));
    expect(measured(work).toSorted()).toEqual(['persona_data', 'website_analyses']);
  });

  it('have another statement for each set of tables, whatever the order of the calls', () => {
    const statementOf = (...tables: SizedTable[]) => {
      const work = workOn();
      for (const table of tables) work.run(write(table));
      return work.planned.at(-1)?.command.statement;
    };
    expect(statementOf('website_analyses', 'persona_data')).toBe(statementOf('persona_data', 'website_analyses'));
    expect(statementOf('website_analyses')?.name).not.toBe(statementOf('persona_data')?.name);
  });
});

describe('a result', () => {
  it('cannot be read before it is settled', () => {
    const work = workOn();
    const results = [work.run(command('save')), work.readAfter(query('read'))];
    for (const result of results) expect(() => result.value).toThrow('only once the transaction is committed');
  });

  it('is that of its own command or read', () => {
    const work = workOn();
    const read = work.readAfter(query('read'));
    const [first, second] = [work.run(command('save')), work.run(command('save'))];
    work.change(goToStep(Step.Website));
    // Each is answered with as many rows as its place has before it.
    for (const [index, planned] of work.planned.entries()) {
      planned.settle(planned.command.parse(Array.from({ length: index }, () => ({}))));
    }
    expect([first.value, second.value, read.value]).toEqual([0, 1, 3]);
  });

  it('is readable when it is nothing', () => {
    const work = workOn();
    const result = work.run({ ...command('save'), parse: () => undefined });
    work.planned[0]?.settle(undefined);
    expect(result.value).toBeUndefined();
  });
});

describe('a rule that refuses', () => {
  it('changes nothing and plans nothing further', () => {
    const work = workOn();
    work.run(command('save'));
    work.change(goToStep(Step.Website));
    const [before, planned] = [work.session, labels(work)];
    expect(() => work.change(completeOnboarding(NOWHERE))).toThrow(StepsMissing);
    expect(work.session).toEqual(before);
    expect(labels(work)).toEqual(planned);
    expect(revisions(work)).toEqual([['step_started', 8]]);
  });

  it('leaves a new session with its start alone', () => {
    const work = newWork();
    expect(() => work.change(completeOnboarding(NOWHERE))).toThrow(StepsMissing);
    expect(revisions(work)).toEqual([['onboarding_started', 1]]);
    expect(work.session.revision).toBe(1);
  });
});

describe('a command', () => {
  it('is a value until it is sent: the unit of work asks neither for its values nor for its result', () => {
    const fail = () => {
      throw new Error('sent');
    };
    const work = workOn();
    work.run({ ...command('save'), values: fail, parse: fail });
    work.readAfter({ ...query('read'), parse: fail });
    work.change(goToStep(Step.Website));
    expect(labels(work)).toEqual(['save', 'advance-session', 'read']);
  });
});
