import { PREFIX } from '../../ground/http/route.js';
import { positionOf, type Session } from '../database/session.js';
import type { Flow } from '../flow/flow.js';
import type { Clearing } from '../flow/clearing.js';
import type { Requirement, RequirementList, Requirements } from '../flow/requirements.js';
import type { ClearingView, RequirementsView, RequirementView } from './requirements.contract.js';

/** What of the onboarding is shown next to its requirements. */
export interface RequirementsShown {
  readonly flow: Flow;
  /** As it is stored; null: it was not begun. */
  readonly stored: Session | null;
  readonly isCompleted: boolean;
  readonly canComplete: boolean;
}

export function viewRequirements(
  { items, blockedBy, deadline }: Requirements,
  { flow, stored, isCompleted, canComplete }: RequirementsShown,
): RequirementsView {
  const inList = (list: RequirementList) => items.filter((item) => item.list === list).map((item) => view(item, flow));
  return {
    flow: flow.id,
    position: positionOf(stored),
    is_completed: isCompleted,
    can_complete: canComplete,
    blocked_by: [...blockedBy],
    deadline: deadline?.toISOString() ?? null,
    currently_due: inList('currently_due'),
    eventually_due: inList('eventually_due'),
    past_due: inList('past_due'),
    pending_verification: inList('pending_verification'),
    errors: inList('errors'),
    recommended: inList('recommended'),
  };
}

function view(requirement: Requirement, flow: Flow): RequirementView {
  const { code, step, pointer, title, detail, since, dueAt, clears, alternatives } = requirement;
  return {
    code,
    step_key: step,
    step_number: flow.numberOf(step),
    pointer,
    title,
    detail,
    since: since?.toISOString() ?? null,
    due_at: dueAt?.toISOString() ?? null,
    clears: clears.flatMap((clearing) => viewClearing(clearing, flow) ?? []),
    alternatives: [...alternatives],
  };
}

/** Null where the wizard has no page that could do it. */
function viewClearing({ method, path, pointer }: Clearing, flow: Flow): ClearingView | null {
  if (typeof path === 'string') return { method, path: `/${PREFIX}/${path}`, pointer };
  // A wizard without a page for platforms takes them with the website.
  const number =
    flow.numberOf(path.completing) ?? (path.completing === 'integrations' ? flow.numberOf('website') : null);
  return number === null ? null : { method, path: `/${PREFIX}/step/${number}/complete`, pointer };
}
