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
import { PROBLEM_JSON } from './problem.filter.js';

export class FieldErrorView {
  @ApiProperty({ description: 'JSON pointer (RFC 6901) into the request' }) pointer!: string;
  @ApiProperty() detail!: string;
}

/** A failure as RFC 9457 describes it; `detail` may be shown to a person as it is. */
export class ProblemView {
  @ApiProperty({ example: 'about:blank' }) type!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ type: 'integer' }) status!: number;
  @ApiProperty() detail!: string;
  @ApiPropertyOptional({ type: [FieldErrorView] }) errors?: FieldErrorView[];
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request is invalid; `errors` name the fields',
  401: 'No token, or one that is bad or expired',
  404: 'There is no such thing, or it is somebody else’s',
  412: 'The onboarding is no longer in the state that `If-Match` names; nothing was changed',
  413: 'The body is too large, or the user would have stored too much',
  415: 'The body is not JSON',
  500: 'Something went wrong on our side; `detail` names the request',
  503: 'Something that the service needs is away; see `Retry-After`',
};

/** A problem of that status, as the document describes it. */
export function describeProblem(status: number) {
  const content = { [PROBLEM_JSON]: { schema: { $ref: getSchemaPath(ProblemView) } } };
  return { status, description: DESCRIPTIONS[status] ?? 'Refused', content };
}

/** Documents the problems that a route may answer with. 500 is documented for all. */
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
  const description = 'ETags of the states in which the write is to happen, or `*`; left out: it happens in any.';
  return applyDecorators(
    ApiHeader({ name: 'If-Match', required: false, description, schema: { type: 'string' } }),
    ApiResponse(describeProblem(412)),
  );
}

/** Documents the answer of a read that names the state of the onboarding. */
export function AnswersTagged(type: Type): MethodDecorator {
  const description = 'The state of the user’s onboarding: another one after every change';
  return ApiOkResponse({ type, description: '', headers: { ETag: { description, schema: { type: 'string' } } } });
}

/** Documents the answer of a route that succeeds. */
export const Answers = (type: Type, description = '') => ApiOkResponse({ type, description });
