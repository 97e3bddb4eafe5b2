import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiExtraModels,
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
  413: 'The body is too large',
  415: 'The body is not JSON',
  500: 'Something went wrong on our side; `detail` names the request',
  503: 'Something that the service needs is away; see `Retry-After`',
};

/** A problem of that status, as the document describes it. */
export function describeProblem(status: number) {
  const content = { [PROBLEM_JSON]: { schema: { $ref: getSchemaPath(ProblemView) } } };
  return { status, description: DESCRIPTIONS[status] ?? 'Refused', content };
}

/** Documents the problems that a route may answer with, beside 500, which all may. */
export function ApiProblems(...statuses: readonly number[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ApiExtraModels(ProblemView),
    ...statuses.map((status) => ApiResponse(describeProblem(status))),
  );
}

/** More requests than allowed: exactly these members, and nothing beside them. */
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

/** Documents the answer of a route that succeeds. */
export const Answers = (type: Type, description = '') => ApiOkResponse({ type, description });
