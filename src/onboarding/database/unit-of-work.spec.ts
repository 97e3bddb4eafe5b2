import { describe, expect, it } from '@jest/globals';
import { Statement } from '../../storage/wire/statement.js';
import type { RememberedFlow } from '../flow/flow-choice.js';
import { StepsMissing, TooManyChanges } from '../flow/flow.problems.js';
import { CANONICAL_FLOWS, FLOWS } from '../flow/flows.js';
import { newProgress, stepState, type FinishedByDeployment } from '../flow/progress.js';
import { progressFrom, stateOf, type ProgressState, type ValidationErrors } from '../flow/progress-state.js';
import { MAX_EVENTS } from '../flow/replay.js';
import {
  completeOnboarding,
  completeStep,
  dataSaved,
  goToStep,
  importOnboarding,
  keysChanged,
  raisePercentage,
  reset,
  unchanged,
} from '../flow/transitions.js';
import { DocumentsTooLarge, MAX_DOCUMENT_ITEMS, SIZED_TABLES, type SizedTable } from './document-sizes.js';
import type { DocumentTable } from './document-tables.js';
import type { Command, Query } from './record.js';
import { deleteUser } from './records/onboarding-sessions.record.js';
import type { Origin } from './records/session-advance.record.js';
import type { Session } from './session.js';
import { UnitOfWork, type Opened, type Reads, type WorkFlow } from './unit-of-work.js';

const STARTED = new Date('2026-01-02T03:04:05.678Z');
const NOW = new Date('2026-02-03T04:05:06.789Z');
const WIZARD: Origin = { actor: 'user', cause: 'wizard' };
const NOWHERE: FinishedByDeployment = new Set();
/** Versions that are kept of each document. */
const VERSIONS = 20;

const completed = { status: 'completed', completed_at: STARTED.toISOString(), validation_errors: [] } as const;

const SESSION: Session = {
  id: '01900000-0000-7000-8000-000000000000',
  userId: 'alice',
  revision: 7,
  updatedAt: STARTED,
  progress: newProgress(STARTED),
};

/** The work of a user who has had a session for a while, or of a new one. */
function workOn(opened: Partial<Opened<Reads>> = {}, origin = WIZARD, wizard: Partial<WorkFlow> = {}): UnitOfWork {
  return new UnitOfWork(
    'alice',
    NOW,
    { session: SESSION, isNew: false, documentItems: 0, read: {}, ...opened },
    {
      wizard: { named: null, deployment: 'six', numbers: 'wizard', ...wizard },
      origin,
      documentVersions: VERSIONS,
    },
  );
}

/** The work of a user who has none, which records the start itself. */
const beginningWork = () =>
  new UnitOfWork(
    'alice',
    NOW,
    { session: { ...SESSION, revision: 0 }, isNew: true, documentItems: 0, read: {} },
    {
      wizard: { named: null, deployment: 'six', numbers: 'wizard' },
      origin: { actor: 'system', cause: 'import' },
      documentVersions: VERSIONS,
      startsItself: true,
    },
  );

const newWork = () => workOn({ session: { ...SESSION, revision: 0 }, isNew: true });

/** A command without documents, whose result is the number of its rows. */
function command(label: string): Command<number> {
  return { statement: new Statement(label, `select '${label}'`), values: () => [], parse: (rows) => rows.length };
}

/** A command that writes documents. */
function write(table: DocumentTable, items = 1, isTooLarge = false): Command<number> {
  return { ...command(`save-${table}`), writes: { table, items, isTooLarge } };
}

function query(label: string): Query<number> {
  return { statement: new Statement(label, `select '${label}'`), parse: (rows) => rows.length };
}

const labels = ({ planned }: UnitOfWork) => planned.map(({ command: { statement } }) => statement.label);

interface SentEvent {
  readonly revision: number;
  readonly type: string;
  readonly state: ProgressState;
  readonly validation_errors: ValidationErrors;
}

/** How the session advances: the statement, and the values by what they mean. */
function advanceOf({ planned }: UnitOfWork) {
  const found = planned.filter(({ command: { statement } }) => statement.label.startsWith('advance-'));
  expect(found).toHaveLength(1);
  const [{ command: advance, subject }] = found as [(typeof found)[number]];
  const [userId, sessionId, now, events, errors, ...limits] = advance.values(subject);
  return {
    label: advance.statement.label,
    text: advance.statement.text,
    userId,
    sessionId,
    now,
    events: JSON.parse(events as string) as readonly SentEvent[],
    errors: JSON.parse(errors as string) as ValidationErrors,
    limits,
  };
}

/** The event that leads to the session's new state. */
function lastEvent(work: UnitOfWork): SentEvent {
  const last = advanceOf(work).events.at(-1);
  if (!last) throw new Error('There is no event.');
  return last;
}

/** The wizard that the session has afterwards. */
function wizardOf(work: UnitOfWork) {
  const { flow, flow_source, onboarding_type } = lastEvent(work).state;
  return [flow, flow_source, onboarding_type];
}

const revisions = (work: UnitOfWork) => advanceOf(work).events.map(({ type, revision }) => [type, revision]);

/** The event that each planned statement belongs to. */
const belongings = ({ planned }: UnitOfWork) =>
  planned.map(({ command: { statement }, subject }) => [statement.label, subject.revision]);

describe('what a unit of work knows', () => {
  it('is what was opened, whatever it has planned since', () => {
    const read = { website: { url: 'https://example.com' }, keys: ['openai'] };
    const work = workOn({ read });
    work.run(write('website_analyses'));
    work.change(goToStep('research'));
    expect(work.read).toBe(read);
  });

  it('is the session as it was opened while nothing has changed it', () => {
    const work = workOn();
    work.run(command('delete-key'));
    expect(work.change(unchanged)).toBe(SESSION);
    expect(work.session).toBe(SESSION);
  });

  it('is the session with every change that was made: progress, revision and time', () => {
    const work = workOn();
    const first = work.change(goToStep('website'));
    expect(first).toEqual({ ...SESSION, revision: 8, updatedAt: NOW, progress: work.session.progress });
    expect(first.progress.currentStep).toBe('website');
    const second = work.change(completeStep('website', ['slow'], NOWHERE));
    expect([second.revision, second.updatedAt]).toEqual([9, NOW]);
    expect(stepState(second.progress, 'website')).toEqual({
      status: 'completed',
      completed_at: NOW.toISOString(),
      validation_errors: ['slow'],
    });
    expect(work.session).toEqual(second);
  });

  it('is the progress that its last event states', () => {
    const work = workOn();
    work.change(completeStep('website', ['slow'], NOWHERE));
    work.change(raisePercentage(42.5));
    expect(progressFrom(lastEvent(work).state, advanceOf(work).errors)).toEqual(work.session.progress);
  });
});

describe('events', () => {
  it('are one a fact, with consecutive revisions that end with that of the session', () => {
    const work = workOn();
    work.change(keysChanged('api_key_saved', ['openai', 'exa']));
    work.change(unchanged);
    work.change(completeStep('api_keys', [], NOWHERE));
    const before = stateOf(SESSION.progress);
    const saved = { type: 'api_key_saved', step: 'api_keys', state: before, validation_errors: {}, ...WIZARD };
    expect(advanceOf(work).events).toEqual([
      { ...saved, data: { provider: 'openai' }, revision: 8 },
      { ...saved, data: { provider: 'exa' }, revision: 9 },
      {
        type: 'step_completed',
        step: 'api_keys',
        data: { from: 'pending', to: 'completed' },
        revision: 10,
        state: { ...before, steps: { api_keys: { status: 'completed', completed_at: NOW.toISOString() } } },
        validation_errors: {},
        ...WIZARD,
      },
    ]);
    expect(work.session.revision).toBe(10);
  });

  it('state the progress that each of them leads to, with the validation errors on their own', () => {
    const work = newWork();
    work.change(completeStep('website', ['slow', 'old'], NOWHERE));
    work.change(goToStep('research'));
    const start = stateOf(newProgress(STARTED));
    const website = { status: 'completed', completed_at: NOW.toISOString() };
    expect(advanceOf(work).events).toMatchObject([
      { type: 'onboarding_started', state: start, validation_errors: {} },
      {
        type: 'step_completed',
        state: { ...start, steps: { website } },
        validation_errors: { website: ['slow', 'old'] },
      },
      {
        type: 'step_started',
        state: {
          ...start,
          steps: { website, research: { status: 'in_progress', completed_at: null } },
          current_step: 'research',
        },
        validation_errors: {},
      },
    ]);
  });

  it('have the validation errors that changed with them alone; the session has all', () => {
    const steps = { api_keys: { ...completed, validation_errors: ['old'] }, website: completed };
    const work = workOn({ session: { ...SESSION, progress: { ...SESSION.progress, steps } } });
    work.change(completeStep('website', ['slow'], NOWHERE));
    work.change(completeStep('website', ['slow'], NOWHERE));
    work.change(completeStep('website', [], NOWHERE));
    const changed = () => advanceOf(work).events.map(({ validation_errors }) => validation_errors);
    expect(changed()).toEqual([{ website: ['slow'] }, {}, { website: [] }]);
    expect(advanceOf(work).errors).toEqual({ api_keys: ['old'] });
    work.change(reset());
    expect(changed().at(-1)).toEqual({ api_keys: [] });
    expect(advanceOf(work).errors).toEqual({});
  });

  it('begin with the start where the session is new, once, also when nothing else happens', () => {
    const work = newWork();
    expect(work.change(unchanged).revision).toBe(1);
    expect(revisions(work)).toEqual([['onboarding_started', 1]]);
    work.change(goToStep('website'));
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
  ])('begin with the start where the session is new, also when the work is %s', (_, decide) => {
    const work = newWork();
    decide(work);
    expect(revisions(work)).toEqual([['onboarding_started', 1]]);
    expect(work.session).toEqual({ ...SESSION, revision: 1, updatedAt: NOW });
  });

  it('do not begin with the start where there was a session', () => {
    const work = workOn({ session: { ...SESSION, revision: 0 } });
    work.change(goToStep('website'));
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

describe('the wizard', () => {
  const LEARNT_FIVE = { id: 'five', source: 'learnt' } as const;
  const withFlow = (flow: RememberedFlow) => ({
    session: { ...SESSION, progress: { ...SESSION.progress, flow } },
  });
  const move = goToStep('website');

  it('is that of the deployment, over it the remembered one, and over both the one that the request names', () => {
    const flowOf = (opened: Partial<Opened<Reads>>, wizard: Partial<WorkFlow>) => workOn(opened, WIZARD, wizard).flow;
    expect(flowOf({}, { deployment: 'six-intro' })).toBe(FLOWS['six-intro']);
    expect(flowOf(withFlow(LEARNT_FIVE), { deployment: 'six-intro' })).toBe(FLOWS.five);
    expect(flowOf(withFlow(LEARNT_FIVE), { named: 'four' })).toBe(FLOWS.four);
    expect(flowOf(withFlow(LEARNT_FIVE), { numbers: 'canonical' })).toBe(CANONICAL_FLOWS.five);
  });

  it('is that of the post as soon as it is learnt, also for the rules of the same work', () => {
    const work = workOn();
    expect(() => work.change(completeOnboarding(NOWHERE))).toThrow('Step 1, Step 2, Step 3');
    work.learn({ flow: 'five', onboardingType: null });
    expect(work.flow).toBe(FLOWS.five);
    expect(() => work.change(completeOnboarding(NOWHERE))).toThrow('first: Step 1, Step 2');
  });

  it('that is learnt is kept with the first event of the work, and the type with it', () => {
    const work = workOn();
    work.learn({ flow: 'four', onboardingType: 'linkedin' });
    work.change(move);
    expect(work.session.progress).toMatchObject({
      flow: { id: 'four', source: 'learnt' },
      onboardingType: 'linkedin',
    });
    expect(wizardOf(work)).toEqual(['four', 'learnt', 'linkedin']);
    expect(revisions(work)).toEqual([['step_started', 8]]);
  });

  it('that is named is kept as named, over what the post tells', () => {
    const work = workOn({}, WIZARD, { named: 'five' });
    work.learn({ flow: 'six', onboardingType: null });
    work.change(move);
    expect(wizardOf(work)).toEqual(['five', 'explicit', null]);
  });

  it('is not kept without an event', () => {
    const work = workOn({}, WIZARD, { named: 'five' });
    work.learn({ flow: 'five', onboardingType: 'linkedin' });
    expect(work.change(unchanged)).toBe(SESSION);
    expect(work.planned).toEqual([]);
  });

  it('that replaces another is an event before that of the change, once', () => {
    const work = workOn(withFlow(LEARNT_FIVE));
    work.learn({ flow: 'six', onboardingType: null });
    work.change(move);
    work.change(goToStep('research'));
    expect(advanceOf(work).events).toMatchObject([
      {
        type: 'flow_changed',
        step: null,
        data: { from: 'five', to: 'six' },
        revision: 8,
        state: { flow: 'six', flow_source: 'learnt', current_step: null },
        ...WIZARD,
      },
      { type: 'step_started', step: 'website', revision: 9, state: { flow: 'six', current_step: 'website' } },
      { type: 'step_started', step: 'research', revision: 10, state: { flow: 'six', current_step: 'research' } },
    ]);
    expect(work.session.revision).toBe(10);
  });

  it('of a new user is kept with the start, which is then the one event', () => {
    const work = workOn({ session: { ...SESSION, revision: 0 }, isNew: true }, WIZARD, { named: 'four' });
    expect(revisions(work)).toEqual([['onboarding_started', 1]]);
    expect(wizardOf(work)).toEqual(['four', 'explicit', null]);
  });

  it('and the type stay where a later post tells neither', () => {
    const known = { ...SESSION.progress, flow: LEARNT_FIVE, onboardingType: 'linkedin' };
    const work = workOn({ session: { ...SESSION, progress: known } });
    work.learn({ flow: null, onboardingType: null });
    work.change(move);
    expect(wizardOf(work)).toEqual(['five', 'learnt', 'linkedin']);
  });

  it('whose number a refusal has is the wizard’s, or the canonical one', () => {
    const refusal = (numbers: WorkFlow['numbers']) => () =>
      workOn(withFlow(LEARNT_FIVE), WIZARD, { numbers }).change(completeOnboarding(NOWHERE));
    expect(refusal('wizard')).toThrow('first: Step 1, Step 2');
    expect(refusal('canonical')).toThrow('first: Step 2, Step 3');
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
    work.change(goToStep('website'));
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

  it('is refused where a document is saved and no change follows, before anything is sent', () => {
    for (const table of ['persona_data', 'business_info'] as const) {
      const work = workOn();
      work.change(goToStep('website'));
      work.run(write(table));
      expect(() => work.planned).toThrow('A document is saved without an event');
      // Work that changes nothing is no event either.
      work.change(unchanged);
      work.change(goToStep('website'));
      expect(() => work.planned).toThrow('A document is saved without an event');
      work.change(dataSaved('personalization'));
      expect(belongings(work).slice(0, 1)).toEqual([[`save-${table}`, 9]]);
    }
  });

  it('gives each command the user, the session, the moment and its event', () => {
    const work = workOn();
    work.run(command('save'));
    work.change(goToStep('website'));
    const [planned] = work.planned;
    expect(planned?.subject).toEqual({ userId: 'alice', sessionId: SESSION.id, now: NOW, revision: 8 });
  });

  it('gives a read after the user, and what it names', () => {
    const work = workOn();
    work.readAfter(query('read'));
    work.readAfter({ ...query('page'), values: [7, 'x'] });
    expect(work.planned.map(({ command: read, subject }) => read.values(subject))).toEqual([
      ['alice'],
      ['alice', 7, 'x'],
    ]);
  });

  it('is the state of the session after the last change', () => {
    const work = workOn();
    work.change(completeStep('api_keys', [], NOWHERE));
    work.change(raisePercentage(42.5));
    work.change(goToStep('research'));
    const { userId, sessionId, now } = advanceOf(work);
    expect([userId, sessionId, now]).toEqual(['alice', SESSION.id, NOW]);
    expect(lastEvent(work)).toMatchObject({
      revision: 10,
      state: {
        steps: {
          api_keys: { status: 'completed', completed_at: NOW.toISOString() },
          research: { status: 'in_progress', completed_at: null },
        },
        current_step: 'research',
        percentage_floor: 42.5,
        started_at: STARTED.toISOString(),
        completed_at: null,
        flow: null,
        flow_source: null,
        onboarding_type: null,
      },
    });
  });
});

describe('the event of a command', () => {
  it('is the first one of the next change, the start of a new session aside', () => {
    const work = newWork();
    work.run(write('website_analyses'));
    work.run(write('persona_data'));
    work.change(keysChanged('api_key_saved', ['openai', 'exa']));
    expect(revisions(work)).toEqual([
      ['onboarding_started', 1],
      ['api_key_saved', 2],
      ['api_key_saved', 3],
    ]);
    expect(belongings(work)).toEqual([
      ['save-website_analyses', 2],
      ['save-persona_data', 2],
      ['advance-bounded', 3],
    ]);
  });

  it('is that of its own change where there are two', () => {
    const work = workOn();
    work.run(write('website_analyses'));
    work.change(completeStep('website', [], NOWHERE));
    work.change(unchanged);
    work.run(write('persona_data'));
    work.change(dataSaved('personalization'));
    work.readAfter(query('read'));
    expect(belongings(work)).toEqual([
      ['save-website_analyses', 8],
      ['save-persona_data', 9],
      ['advance-bounded', 9],
      ['read', 9],
    ]);
  });

  it('comes after that of a wizard that changes with it', () => {
    const flow = { id: 'five', source: 'learnt' } as const;
    const work = workOn({ session: { ...SESSION, progress: { ...SESSION.progress, flow } } });
    work.learn({ flow: 'six', onboardingType: null });
    work.run(write('website_analyses'));
    work.change(completeStep('website', [], NOWHERE));
    expect(revisions(work)).toEqual([
      ['flow_changed', 8],
      ['step_completed', 9],
    ]);
    expect(belongings(work)).toEqual([
      ['save-website_analyses', 9],
      ['advance-bounded', 9],
    ]);
  });

  it('is none, and the revision that there is, where no change follows', () => {
    const work = workOn();
    work.change(goToStep('website'));
    work.run(command('delete-key'));
    expect(belongings(work)).toEqual([
      ['delete-key', 8],
      ['advance-session', 8],
    ]);
    const alone = workOn();
    alone.run(command('delete-key'));
    expect(belongings(alone)).toEqual([['delete-key', 7]]);
  });
});

describe('a user with as many events as one may have', () => {
  const at = (revision: number) => workOn({ session: { ...SESSION, revision } });

  it('may still have the last of them, and no further one', () => {
    const work = at(MAX_EVENTS - 1);
    work.change(goToStep('website'));
    expect(work.session.revision).toBe(MAX_EVENTS);
    expect(() => work.change(goToStep('research'))).toThrow(TooManyChanges);
    expect(work.session.progress.currentStep).toBe('website');
    expect(revisions(work)).toEqual([['step_started', MAX_EVENTS]]);
    expect(MAX_EVENTS).toBe(10_000);
  });

  it('is refused a change of several events as a whole, that of the wizard among them', () => {
    const work = at(MAX_EVENTS - 1);
    expect(() => work.change(keysChanged('api_key_saved', ['openai', 'exa']))).toThrow(TooManyChanges);
    expect(work.session.revision).toBe(MAX_EVENTS - 1);
    expect(work.planned).toEqual([]);
    const flow = { id: 'five', source: 'learnt' } as const;
    const moved = workOn({
      session: { ...SESSION, revision: MAX_EVENTS - 1, progress: { ...SESSION.progress, flow } },
    });
    moved.learn({ flow: 'six', onboardingType: null });
    expect(() => moved.change(goToStep('website'))).toThrow(TooManyChanges);
    expect(moved.session.progress).toEqual({ ...SESSION.progress, flow });
  });

  it('is told how to go on', () => {
    const work = at(MAX_EVENTS);
    expect(() => work.change(goToStep('website'))).toThrow(/changed 10,000 times.*a hard reset deletes it/);
    expect(work.session).toEqual({ ...SESSION, revision: MAX_EVENTS });
  });

  it('loses nothing by what changes nothing, and may be deleted', () => {
    const work = at(MAX_EVENTS);
    expect(work.change(unchanged).revision).toBe(MAX_EVENTS);
    work.run(command('delete-user'));
    expect(labels(work)).toEqual(['delete-user']);
  });
});

describe('documents that are saved', () => {
  /** The step of each table, as the complaint names it in six pages. */
  const NAMES: Readonly<Record<SizedTable, string>> = {
    website_analyses: 'Step 2',
    research_preferences: 'Step 3',
    competitor_analyses: 'Step 3',
    persona_data: 'Step 4',
    platform_integrations: 'Step 5',
  };

  function save(work: UnitOfWork, ...commands: Command<number>[]): void {
    for (const one of commands) work.run(one);
    work.change(dataSaved(null));
  }

  /** The tables whose bytes the statement measures. */
  const measured = (work: UnitOfWork) =>
    [...advanceOf(work).text.matchAll(/'(\w+)', \(select coalesce\(sum\(octet_length/g)].map(([, table]) => table);

  it.each(SIZED_TABLES)('measure %s alone where nothing else is saved', (table) => {
    const work = workOn();
    save(work, write(table));
    expect(measured(work)).toEqual([table]);
    expect(work.tooLarge.message).toMatch(new RegExp(`^${NAMES[table]} could not be saved`));
  });

  it('measure each table that is saved, once, and no other', () => {
    const work = workOn();
    save(work, write('persona_data'), command('delete-key'), write('website_analyses'));
    save(work, write('persona_data'));
    expect(measured(work).toSorted()).toEqual(['persona_data', 'website_analyses']);
    expect(work.tooLarge.message).toMatch(/^Step 2 and Step 4 could not be saved/);
  });

  it('measure nothing where none is saved', () => {
    const work = workOn({ documentItems: 1000 });
    work.run(command('delete-key'));
    work.change(goToStep('website'));
    expect(advanceOf(work)).toMatchObject({ label: 'advance-session', limits: [] });
    expect(measured(work)).toEqual([]);
    expect(work.tooLarge.message).toMatch(/^This could not be saved/);
  });

  it('are bounded by what there was and what each command adds, as far as the limit', () => {
    const work = workOn({ documentItems: 20_000 });
    save(work, write('website_analyses', 4_000));
    expect(advanceOf(work)).toMatchObject({ label: 'advance-bounded', limits: [VERSIONS, 24_000] });
    save(work, write('persona_data', 6_000));
    expect(advanceOf(work)).toMatchObject({ label: 'advance-bounded', limits: [VERSIONS, MAX_DOCUMENT_ITEMS] });
    expect(MAX_DOCUMENT_ITEMS).toBe(30_000);
  });

  it('are counted, in all tables, where the bound is beyond the limit', () => {
    const work = workOn({ documentItems: 20_000 });
    save(work, write('website_analyses', 4_000), write('persona_data', 6_001));
    const { label, limits, text } = advanceOf(work);
    expect([label, limits]).toEqual(['advance-counted', [VERSIONS]]);
    const [, counted = ''] = text.split('document_items =');
    for (const table of SIZED_TABLES) expect(counted).toMatch(new RegExp(`from ${table} d where d.user_id = \\$1`));
    expect(measured(work).toSorted()).toEqual(['persona_data', 'website_analyses']);
  });

  it('have versions, and no measure, where they are small', () => {
    const work = workOn({ documentItems: 1000 });
    save(work, write('business_info', 0));
    expect(advanceOf(work)).toMatchObject({ label: 'advance-small', limits: [VERSIONS] });
    expect(measured(work)).toEqual([]);
    save(work, write('persona_data', 0));
    expect(advanceOf(work)).toMatchObject({ label: 'advance-bounded', limits: [VERSIONS, 1000] });
    expect(measured(work)).toEqual(['persona_data']);
  });

  it('are refused at once where one is too large alone, and not planned', () => {
    const work = workOn();
    save(work, write('website_analyses'));
    expect(() => work.run(write('persona_data', 1, true))).toThrow(DocumentsTooLarge);
    expect(() => work.run(write('persona_data', 1, true))).toThrow(/^Step 4 could not be saved/);
    expect(labels(work)).toEqual(['save-website_analyses', 'advance-bounded']);
  });

  it('are named by the wizard of the user where they are too large', () => {
    const work = workOn({}, WIZARD, { named: 'four' });
    save(work, write('persona_data'), write('platform_integrations'));
    expect(work.tooLarge.message).toMatch(/^Step 3 and Integrations could not be saved/);
    expect(work.tooLarge.headers).toEqual({ 'onboarding-flow': 'four' });
  });

  it('have another statement for each set of tables, whatever the order of the calls', () => {
    const statementOf = (...tables: SizedTable[]) => {
      const work = workOn();
      save(work, ...tables.map((table) => write(table)));
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
    work.change(goToStep('website'));
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
    work.change(goToStep('website'));
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
    work.change(goToStep('website'));
    expect(labels(work)).toEqual(['save', 'advance-session', 'read']);
  });
});

describe('work that records the start itself', () => {
  const imported = importOnboarding(newProgress(STARTED), 'sqlite');

  it('begins with its own event alone', () => {
    const work = beginningWork();
    expect(work.isNew).toBe(true);
    work.change(imported);
    expect(advanceOf(work).events.map(({ revision, type }) => [revision, type])).toEqual([[1, 'onboarding_imported']]);
  });

  it('is refused without an event, unless it deletes the user', () => {
    const work = beginningWork();
    expect(() => work.planned).toThrow('A session begins without an event');
    work.run(deleteUser);
    expect(labels(work)).toEqual(['delete-user']);
  });
});

describe('work that starts a user over', () => {
  it('deletes what is there, and begins another session in the same transaction', () => {
    const work = workOn({ documentItems: MAX_DOCUMENT_ITEMS });
    work.startOver();
    const saved = write('persona_data');
    work.run(saved);
    const session = work.change(importOnboarding(newProgress(STARTED), 'sqlite'));
    expect(session).toMatchObject({ userId: 'alice', revision: 1, progress: newProgress(STARTED) });
    expect(session.id).not.toBe(SESSION.id);
    expect(labels(work)).toEqual(['delete-user', 'begin-session', 'save-persona_data', 'advance-bounded']);
    expect(work.planned.map(({ subject: { sessionId } }) => sessionId)).toEqual(Array(4).fill(session.id));
    expect(advanceOf(work).events).toHaveLength(1);
  });
});

describe('a command that runs last', () => {
  it('is sent after the session has moved on', () => {
    const work = workOn();
    work.runLast({ ...command('date-session'), parse: () => undefined });
    work.change(dataSaved('website'));
    expect(labels(work)).toEqual(['advance-session', 'date-session']);
  });
});
