import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiQuery } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FLOW_IDS, isFlowId, type FlowId } from '../../ground/config/wizard-flows.js';
import { requestParameter } from '../../ground/http/direct.js';
import { preconditionOf } from '../../ground/http/entity-tag.js';
import { InvalidInput } from '../../ground/problems/problem.js';
import { FLOW_HEADER } from '../flow/flow.problems.js';
import type { Terms } from '../flow/terms.js';

/** What of a request names a wizard. */
type Named = Pick<FastifyRequest, 'headers' | 'query'>;

const NAMES = `${FLOW_IDS.slice(0, -1).join(', ')} or ${FLOW_IDS.at(-1)}`;

/** The wizard that a request names, in a header or as `?flow=`; the header wins. @throws InvalidInput for an unknown one */
export function namedFlow({ headers, query }: Named): FlowId | null {
  const named = headers[FLOW_HEADER] ?? (query as { readonly flow?: unknown } | undefined)?.flow;
  if (named === undefined) return null;
  if (isFlowId(named)) return named;
  throw InvalidInput.of([{ pointer: '/flow', detail: `Onboarding-Flow must be ${NAMES}.` }]);
}

/** A hook of Fastify that refuses requests for an unknown wizard, on whatever route. */
export function refuseUnknownFlow(request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void): void {
  try {
    namedFlow(request);
    done();
  } catch (error) {
    done(error as Error);
  }
}

/** `If-Match` and the wizard that the request names. */
export const RequestTerms = requestParameter((request): Terms => ({
  precondition: preconditionOf(request.headers['if-match']),
  flow: namedFlow(request),
  numbers: 'wizard',
}));

/** Documents that a route answers in the numbers of the wizard that the request names. */
export function HeedsFlow(): MethodDecorator & ClassDecorator {
  const schema = { type: 'string', enum: [...FLOW_IDS] };
  const description =
    'The wizard whose step numbers the request and its answer have. Without it: that of the user’s last posts, or else the deployment’s.';
  return applyDecorators(
    ApiHeader({ name: 'Onboarding-Flow', required: false, description, schema }),
    ApiQuery({ name: 'flow', required: false, description: 'As the header `Onboarding-Flow`, which wins', schema }),
  );
}
