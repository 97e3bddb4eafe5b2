import { withHeaders } from '../../ground/http/answer-headers.js';
import { Problem } from '../../ground/problems/problem.js';
import { entityTagOf, type Session } from '../database/session.js';
import type { Flow } from '../flow/flow.js';
import { headersOf } from '../flow/flow.problems.js';

/** An answer that speaks of steps says whose numbers they are, unless those are the canonical ones. */
export function inFlow<T extends object>(flow: Flow, answer: T): T {
  return withHeaders(answer, headersOf(flow));
}

/** The same, of a read that shows a state of the onboarding. */
export function answerOf<T extends object>(session: Session | null, flow: Flow, answer: T): T {
  return withHeaders(answer, { ...headersOf(flow), etag: entityTagOf(session) });
}

/** Refusals of the work say whose numbers they have: those of the flow by the end of it. */
export function refusingInFlow<T>(data: { readonly flow: Flow }, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Problem) Object.assign(error, { headers: { ...error.headers, ...headersOf(data.flow) } });
    throw error;
  }
}
