import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiHeader,
  ApiOkResponse,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FieldError, ProblemBody } from '../problems/problem.js';
import { PROBLEM_JSON } from './problem.filter.js';

/** The document's declaration of `FieldError`. */
export class FieldErrorView implements FieldError {
  @ApiProperty({ description: 'JSON pointer (RFC 6901) into the request' }) pointer!: string;
  @ApiProperty() detail!: string;
}

/** A failure as RFC 9457 describes it; `detail` may be shown to a person as it is. */
export class ProblemView implements ProblemBody {
  @ApiProperty({ example: 'about:blank' }) type!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ type: 'integer' }) status!: number;
  @ApiProperty() detail!: string;
  @ApiPropertyOptional({ type: [FieldErrorView] }) errors?: FieldErrorView[];
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is invalid; `errors` name the fields',
  401: 'No token, or one that is bad or expired',
  404: 'Not found, or it belongs to another user',
  410: 'What was there then is no longer kept',
  412: 'The onboarding is no longer in a state that `If-Match` names; nothing was changed',
  413: 'The body is too large, or the user would have stored too much',
  415: 'The body is not JSON',
  426: 'The address speaks WebSocket',
  500: 'The service failed; `detail` names the request',
  503: 'The service, or something that it needs, is unavailable; see `Retry-After`',
};

/** The document's description of a problem with this status. */
export function describeProblem(status: number) {
  const content = { [PROBLEM_JSON]: { schema: { $ref: getSchemaPath(ProblemView) } } };
  return { status, description: DESCRIPTIONS[status] ?? 'Refused', content };
}

/** Documents the problems that a route may answer with. 400 and 500 are documented for all. */
export function ApiProblems(...statuses: readonly number[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemView),
    ...statuses.map((status) => ApiResponse(describeProblem(status))),
  );
}

/** More requests than allowed: exactly these members. */
export class TooManyRequestsView {
  @ApiProperty() type!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ type: 'integer', enum: [429] }) status!: number;
  @ApiProperty() detail!: string;
  @ApiProperty({ type: 'integer', description: 'Seconds' }) retry_after!: number;
}

export function ApiTooManyRequests(): MethodDecorator {
  const content = { [PROBLEM_JSON]: { schema: { $ref: getSchemaPath(TooManyRequestsView) } } };
  const description = 'Too many requests a minute; see `Retry-After`';
  return applyDecorators(ApiExtraModels(TooManyRequestsView), ApiResponse({ status: 429, description, content }));
}

/** Documents that a write heeds `If-Match`. */
export function HeedsPrecondition(): MethodDecorator {
  const description =
    'ETags of the states in which the write may happen, or `*`. Without the header it happens in any state.';
  return applyDecorators(
    ApiHeader({ name: 'If-Match', required: false, description, schema: { type: 'string' } }),
    ApiResponse(describeProblem(412)),
  );
}

/** Documents the answer of a read that names the state of the onboarding. */
export function AnswersTagged(type: Type): MethodDecorator {
  const description = 'The state of the user’s onboarding: each change gives it another tag';
  return ApiOkResponse({ type, description: '', headers: { ETag: { description, schema: { type: 'string' } } } });
}

/** Documents the answer of a route that succeeds. */
export const Answers = (type: Type, description = '') => ApiOkResponse({ type, description });
