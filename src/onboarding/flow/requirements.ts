import type { Clearing } from './clearing.js';
import type { Flow } from './flow.js';
import { rememberFlow, type FlowSources } from './flow-choice.js';
import type { OnboardingFacts } from './onboarding-facts.js';
import { missingBefore, stepState, type FinishedByDeployment, type Progress } from './progress.js';
import { MAX_EVENTS } from './replay.js';
import { DAY_MS, latest, type AdviceList, type Finding } from './requirement-findings.js';
import { RULES, type RequirementCode, type Rule } from './requirement-rules.js';
import { STEP_KEYS, type StepKey } from './steps.js';
import { completeOnboarding } from './transitions.js';

export const DUE_LISTS = ['currently_due', 'eventually_due', 'past_due'] as const;

export type RequirementList = (typeof DUE_LISTS)[number] | AdviceList;

/** Requirements of one code that are listed: a document may have thousands of wrong values. */
const MOST_OF_A_CODE = 20;

/** One thing that is missing, wrong or worth doing. */
export interface Requirement extends Omit<Finding, 'instead'> {
  readonly code: RequirementCode;
  readonly step: StepKey;
  readonly list: RequirementList;
  readonly title: string;
  /** When it is to be cleared; null: there is no deadline, or it is not due. */
  readonly dueAt: Date | null;
  /** Requests that clear it, each alone. */
  readonly clears: readonly Clearing[];
  /** Others that are due: to clear one of them clears this one, too. */
  readonly alternatives: readonly RequirementCode[];
}

/** All of them, in the order of the steps. */
export interface Requirements {
  readonly items: readonly Requirement[];
  /** What keeps the onboarding from being completed, in the same order. */
  readonly blockedBy: readonly RequirementCode[];
  /** When onboarding is to be completed; null: there is no deadline, or it is completed, or was not begun. */
  readonly deadline: Date | null;
}

/** What requirements are derived from. */
export interface RequirementContext {
  readonly facts: OnboardingFacts;
  readonly progress: Progress;
  readonly flow: Flow;
  readonly byDeployment: FinishedByDeployment;
}

/**
 * What is due, why, and what clears it. `missingBefore` says which steps are due, and the rules say why: so what is listed here, and
 * what the status and refusals say, cannot differ.
 */
export function requirementsOf(context: RequirementContext): Requirements {
  const { facts, progress, flow, byDeployment } = context;
  const deadline = deadlineOf(context);
  const open = missingBefore(progress, 'complete', flow, byDeployment);
  const blocking = open.flatMap((step, index) => dueOf(step, index === 0 ? 'currently_due' : 'eventually_due', facts));
  const last = open.length === 0 && !progress.completedAt ? [finalStep(context)] : [];
  const due = [...blocking, ...last].map((item) => withDeadline(item, deadline, facts.now));
  const advice = RULES.filter(({ step, dueWhereDemanded }) => !dueWhereDemanded || !open.includes(step)).flatMap(
    (rule) => adviceOf(rule, facts),
  );
  return {
    items: inOrder([...due, ...advice], flow),
    blockedBy: progress.completedAt ? [] : [...new Set(blocking.map(({ code }) => code))],
    deadline,
  };
}

/**
 * Whether completing the onboarding would succeed now: nothing blocks it, and the user may have the events that it takes.
 * @param revision how many events there are
 */
export function canComplete(
  context: RequirementContext,
  revision: number,
  sources: Omit<FlowSources, 'learnt'>,
): boolean {
  const { progress, flow, byDeployment, facts } = context;
  if (progress.completedAt) return true;
  if (missingBefore(progress, 'complete', flow, byDeployment).length > 0) return false;
  const known = rememberFlow({ ...sources, learnt: null })(progress, facts.now, flow);
  const end = completeOnboarding(byDeployment)(known.progress, facts.now, flow);
  return revision + known.facts.length + end.facts.length <= MAX_EVENTS;
}

function deadlineOf({ facts, progress }: RequirementContext): Date | null {
  const { startedAt, deployment } = facts;
  if (!startedAt || progress.completedAt || deployment.deadlineDays === null) return null;
  return new Date(startedAt.getTime() + deployment.deadlineDays * DAY_MS);
}

/** Why an open step that the flow demands is due. */
function dueOf(step: StepKey, list: RequirementList, facts: OnboardingFacts): readonly Requirement[] {
  const items = RULES.filter((rule) => rule.step === step).flatMap((rule) => {
    const [finding = openThough(rule)] = rule.list === 'due' || rule.dueWhereDemanded ? rule.find(facts) : [];
    return finding ? [requirementOf(rule, finding, list, facts)] : [];
  });
  const codes = items.map(({ code }) => code);
  return items.map((item) => ({
    ...item,
    // What was saved before a reset is due again only since then.
    since: latest([item.since, facts.startedAt]),
    alternatives: codes.filter((code) => code !== item.code),
  }));
}

/** The step is open though its data are there. */
function openThough({ dueWhereDemanded: detail }: Rule): Finding | undefined {
  return detail === undefined ? undefined : { detail, since: null, pointer: null };
}

/** All that the flow demands is finished, but for the end itself. */
function finalStep({ facts, progress, flow }: RequirementContext): Requirement {
  const rule = RULES.find(({ step }) => step === 'complete') as Rule;
  const [finding] = rule.find(facts) as [Finding];
  const finished = flow.steps
    .filter(({ required }) => required)
    .map(({ key }) => stepState(progress, key).completed_at);
  const since = latest(finished.map((time) => (time === null ? null : new Date(time))));
  return requirementOf(rule, { ...finding, since }, 'currently_due', facts);
}

function withDeadline(item: Requirement, dueAt: Date | null, now: Date): Requirement {
  return { ...item, dueAt, list: dueAt && dueAt < now ? 'past_due' : item.list };
}

function adviceOf(rule: Rule, facts: OnboardingFacts): readonly Requirement[] {
  const { list } = rule;
  if (list === 'due') return [];
  const first = rule.find(facts).slice(0, MOST_OF_A_CODE);
  return first.map((finding) => requirementOf(rule, finding, list, facts));
}

function requirementOf(
  { code, step, title, clears }: Rule,
  { instead, ...finding }: Finding,
  list: RequirementList,
  { startedAt }: OnboardingFacts,
): Requirement {
  const since = startedAt && (finding.since ?? startedAt);
  return { code, step, title, clears, dueAt: null, alternatives: [], ...finding, list, ...instead, since };
}

/** By the flow's steps, and those without a page first; the rest stays as it is. */
function inOrder(items: readonly Requirement[], flow: Flow): readonly Requirement[] {
  const place = ({ step }: Requirement) => flow.steps.findIndex(({ key }) => key === step);
  return items.toSorted(
    (one, other) => place(one) - place(other) || STEP_KEYS.indexOf(one.step) - STEP_KEYS.indexOf(other.step),
  );
}
