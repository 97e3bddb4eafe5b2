import { describe, expect, it } from '@jest/globals';
import { Statement } from '../../storage/wire/statement.js';
import type { RememberedFlow } from '../flow/flow-choice.js';
import { StepsMissing } from '../flow/flow.problems.js';
import { CANONICAL_FLOWS, FLOWS } from '../flow/flows.js';
import { newProgress, stepState, type FinishedByDeployment } from '../flow/progress.js';
import {
  completeOnboarding,
  completeStep,
  goToStep,
  keysChanged,
  raisePercentage,
  unchanged,
} from '../flow/transitions.js';
import { DocumentsTooLarge, MAX_DOCUMENT_ITEMS, SIZED_TABLES, type SizedTable } from './document-sizes.js';
import type { Command, Query } from './record.js';
import type { Origin } from './records/onboarding-sessions.record.js';
import type { Session } from './session.js';
import { UnitOfWork, type Opened, type Reads, type WorkFlow } from './unit-of-work.js';

const STARTED = new Date('2026-01-02T03:04:05.678Z');
const NOW = new Date('2026-02-03T04:05:06.789Z');
const WIZARD: Origin = { actor: 'user', cause: 'wizard' };
const NOWHERE: FinishedByDeployment = new Set();

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
    origin,
    { named: null, deployment: 'six', numbers: 'wizard', ...wizard },
  );
}

const newWork = () => workOn({ session: { ...SESSION, revision: 0 }, isNew: true });

/** A command without documents, whose result is the number of its rows. */
function command(label: string): Command<number> {
  return { statement: new Statement(label, `select '${label}'`), values: () => [], parse: (rows) => rows.length };
}

/** A command that writes documents. */
function write(table: SizedTable, items = 1, isTooLarge = false): Command<number> {
  return { ...command(`save-${table}`), writes: { table, items, isTooLarge } };
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
  const [userId, id, revision, steps, currentStep, floor, startedAt, completedAt, ...rest] = advance.values(subject);
  const [flow, source, onboardingType, now, events, ...items] = rest;
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
      wizard: [flow, source, onboardingType],
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
    work.change(goToStep('research'));
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

  it('is whose rows it changes, and when', () => {
    expect(workOn().subject).toEqual({ userId: 'alice', sessionId: SESSION.id, now: NOW });
  });
});

describe('events', () => {
  it('are one a fact, with consecutive revisions that end with that of the session', () => {
    const work = workOn();
    work.change(keysChanged('api_key_saved', ['openai', 'exa']));
    work.change(unchanged);
    work.change(completeStep('api_keys', [], NOWHERE));
    expect(advanceOf(work).events).toEqual([
      { type: 'api_key_saved', step: 'api_keys', data: { provider: 'openai' }, revision: 8, ...WIZARD },
      { type: 'api_key_saved', step: 'api_keys', data: { provider: 'exa' }, revision: 9, ...WIZARD },
      { type: 'step_completed', step: 'api_keys', data: { from: 'pending', to: 'completed' }, revision: 10, ...WIZARD },
    ]);
    expect(advanceOf(work).session.revision).toBe(10);
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
    expect(advanceOf(work).session.wizard).toEqual(['four', 'learnt', 'linkedin']);
    expect(revisions(work)).toEqual([['step_started', 8]]);
  });

  it('that is named is kept as named, over what the post tells', () => {
    const work = workOn({}, WIZARD, { named: 'five' });
    work.learn({ flow: 'six', onboardingType: null });
    work.change(move);
    expect(advanceOf(work).session.wizard).toEqual(['five', 'explicit', null]);
  });

  it('is not kept without an event', () => {
    const work = workOn({}, WIZARD, { named: 'five' });
    work.learn({ flow: 'five', onboardingType: 'linkedin' });
    expect(work.change(unchanged)).toBe(SESSION);
    expect(work.planned).toEqual([]);
    // Nor where nothing but a document is saved.
    work.run(write('persona_data'));
    expect(advanceOf(work)).toMatchObject({ events: [], session: { revision: 7, wizard: [null, null, null] } });
  });

  it('that replaces another is an event before that of the change, once', () => {
    const work = workOn(withFlow(LEARNT_FIVE));
    work.learn({ flow: 'six', onboardingType: null });
    work.change(move);
    work.change(goToStep('research'));
    expect(advanceOf(work).events).toMatchObject([
      { type: 'flow_changed', step: null, data: { from: 'five', to: 'six' }, revision: 8, ...WIZARD },
      { type: 'step_started', step: 'website', revision: 9 },
      { type: 'step_started', step: 'research', revision: 10 },
    ]);
    expect(work.session.revision).toBe(10);
  });

  it('of a new user is kept with the start, which is then the one event', () => {
    const work = workOn({ session: { ...SESSION, revision: 0 }, isNew: true }, WIZARD, { named: 'four' });
    expect(revisions(work)).toEqual([['onboarding_started', 1]]);
    expect(advanceOf(work).session.wizard).toEqual(['four', 'explicit', null]);
  });

  it('and the type stay where a later post tells neither', () => {
    const known = { ...SESSION.progress, flow: LEARNT_FIVE, onboardingType: 'linkedin' };
    const work = workOn({ session: { ...SESSION, progress: known } });
    work.learn({ flow: null, onboardingType: null });
    work.change(move);
    expect(advanceOf(work).session.wizard).toEqual(['five', 'learnt', 'linkedin']);
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
    work.change(completeStep('api_keys', [], NOWHERE));
    work.change(raisePercentage(42.5));
    work.change(goToStep('research'));
    const { session, now } = advanceOf(work);
    expect(session).toEqual({
      userId: 'alice',
      id: SESSION.id,
      revision: 10,
      steps: work.session.progress.steps,
      currentStep: 'research',
      floor: 42.5,
      startedAt: STARTED,
      completedAt: null,
      wizard: [null, null, null],
    });
    expect(now).toBe(NOW);
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

  /** The tables whose bytes the statement measures. */
  const measured = (work: UnitOfWork) =>
    [...advanceOf(work).text.matchAll(/'(\w+)', \(select coalesce\(sum\(octet_length/g)].map(([, table]) => table);

  it.each(SIZED_TABLES)('measure %s alone where nothing else is saved', (table) => {
    const work = workOn();
    work.run(write(table));
    expect(measured(work)).toEqual([table]);
    expect(work.tooLarge.message).toMatch(new RegExp(`^${NAMES[table]} could not be saved`));
  });

  it('measure each table that is saved, once, and no other', () => {
    const work = workOn();
    work.run(write('persona_data'));
    work.run(command('delete-key'));
    work.run(write('website_analyses'));
    work.run(write('persona_data'));
    expect(measured(work).toSorted()).toEqual(['persona_data', 'website_analyses']);
    expect(work.tooLarge.message).toMatch(/^Step 2 and Step 4 could not be saved/);
  });

  it('measure nothing where none is saved', () => {
    const work = workOn({ documentItems: 1000 });
    work.run(command('delete-key'));
    work.change(goToStep('website'));
    expect(advanceOf(work)).toMatchObject({ label: 'advance-session', items: [] });
    expect(measured(work)).toEqual([]);
    expect(work.tooLarge.message).toMatch(/^This could not be saved/);
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

  it('are refused at once where one is too large alone, and not planned', () => {
    const work = workOn();
    work.run(write('website_analyses'));
    expect(() => work.run(write('persona_data', 1, true))).toThrow(DocumentsTooLarge);
    expect(() => work.run(write('persona_data', 1, true))).toThrow(/^Step 4 could not be saved/);
    expect(labels(work)).toEqual(['save-website_analyses', 'advance-bounded']);
  });

  it('are named by the wizard of the user where they are too large', () => {
    const work = workOn({}, WIZARD, { named: 'four' });
    work.run(write('persona_data'));
    work.run(write('platform_integrations'));
    expect(work.tooLarge.message).toMatch(/^Step 3 and Integrations could not be saved/);
    expect(work.tooLarge.headers).toEqual({ 'onboarding-flow': 'four' });
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
