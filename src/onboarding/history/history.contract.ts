import { applyDecorators } from '@nestjs/common';
import {
  ApiExtraModels,
  ApiProperty,
  ApiPropertyOptional,
  ApiResponse,
  getSchemaPath,
  OmitType,
} from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  Matches,
  Max,
  Min,
} from 'class-validator';
import type { JsonObject } from '../../ground/problems/json.js';
import { PROBLEM_JSON } from '../../ground/http/problem.filter.js';
import { DOCUMENT_KEYS, type DocumentKey } from '../database/document-tables.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';
import { EVENT_TYPES, RESTORABLE, type EventType, type Restorable } from '../flow/transitions.js';
import { ProgressView, StatusView, StepView, stepNumber } from '../progress/progress.contract.js';

const MOST_ITEMS = 200;
const documentKey = { enum: [...DOCUMENT_KEYS] };
const position = {
  description:
    'One state of the user’s onboarding: the revision, and the session. The text inside the ETag of that state',
  example: '12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10',
};
const scalar = { oneOf: [{ type: 'string', nullable: true }, { type: 'number' }, { type: 'boolean' }] };
/** A revision that no user reaches. */
const LATEST = 999_999_999_999_999;
export const revisionNumber = { type: 'integer', minimum: 1, maximum: LATEST } as const;

export class HistoryQueryDto {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST_ITEMS, default: 50 })
  @IsOptional()
  @Matches(/^([1-9]\d?|1\d\d|200)$/, { message: `limit must be a whole number from 1 to ${MOST_ITEMS}.` })
  limit?: string;

  @ApiPropertyOptional({
    ...revisionNumber,
    description: 'Items before this revision: `next_before` of the page before',
  })
  @IsOptional()
  @Matches(/^[1-9]\d{0,14}$/, { message: 'before must be a revision: a whole number from 1 on.' })
  before?: string;
}

export class HistoryProgressView extends OmitType(StatusView, [
  'next_step',
  'started_at',
  'completed_at',
  'can_proceed_to_final',
]) {}

export class HistoryItemView {
  @ApiProperty(position) position!: string;
  @ApiProperty({ enum: [...EVENT_TYPES] }) type!: EventType;
  @ApiProperty({ enum: [...STEP_KEYS], nullable: true, type: String }) step_key!: StepKey | null;
  @ApiProperty({ ...stepNumber, nullable: true, description: 'Null: the user’s wizard has no page for it' })
  step_number!: number | null;
  @ApiProperty({ type: 'string', format: 'date-time' }) occurred_at!: string;
  @ApiProperty({ description: 'Who did it: `user`, `system`, `operator`, or `service:` and its name' }) actor!: string;
  @ApiProperty({ description: 'Why, in one word, such as `wizard`' }) cause!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Facts of the event, such as `from` and `to`; never what the user entered',
  })
  data!: JsonObject;
  @ApiProperty({
    type: HistoryProgressView,
    nullable: true,
    description: 'The progress afterwards, in the wizard of today. Null in events from before progress was recorded',
  })
  progress!: HistoryProgressView | null;
  @ApiProperty({ ...documentKey, isArray: true, description: 'Whose data changed with it' }) documents!: DocumentKey[];
}

export class HistoryView {
  @ApiProperty({ type: [HistoryItemView], description: 'The latest first' }) items!: HistoryItemView[];
  @ApiProperty({
    ...revisionNumber,
    nullable: true,
    description: '`before` of the next page; null: there are no earlier items',
  })
  next_before!: number | null;
}

export class EarlierStepView extends OmitType(StepView, ['data', 'validation_errors']) {}

export class EarlierProgressView extends OmitType(ProgressView, ['steps']) {
  @ApiProperty({ type: [EarlierStepView] }) steps!: EarlierStepView[];
}

export class EarlierDocumentView {
  @ApiProperty({ description: 'Whether what was there then is still kept' }) available!: boolean;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'As it was stored, without keys; null: there was nothing. Left out where it is no longer kept',
  })
  document?: JsonObject | null;
}

export class EarlierDocumentsView implements Record<DocumentKey, EarlierDocumentView> {
  @ApiProperty() website!: EarlierDocumentView;
  @ApiProperty({ description: 'With the competitors' }) research!: EarlierDocumentView;
  @ApiProperty() personalization!: EarlierDocumentView;
  @ApiProperty() integrations!: EarlierDocumentView;
  @ApiProperty() business_info!: EarlierDocumentView;
}

export class RevisionView {
  @ApiProperty(position) position!: string;
  @ApiProperty() progress!: EarlierProgressView;
  @ApiProperty() documents!: EarlierDocumentsView;
}

// Of a field's rules the lowest is checked first.
export class RestoreDto {
  @ApiProperty({ ...revisionNumber, description: 'What is restored is as it was after the event of this revision' })
  @Max(LATEST, { message: 'revision is too large.' })
  @Min(1, { message: 'revision must be 1 or more.' })
  @IsInt({ message: 'revision must be a whole number.' })
  revision!: number;

  @ApiProperty({ enum: [...RESTORABLE], description: 'The progress, the saved data, or both' })
  @IsIn(RESTORABLE, { message: `what must be one of ${RESTORABLE.join(', ')}.` })
  what!: Restorable;

  @ApiPropertyOptional({
    ...documentKey,
    isArray: true,
    nullable: true,
    minItems: 1,
    maxItems: DOCUMENT_KEYS.length,
    uniqueItems: true,
    description:
      'Whose data are restored; left out: all. Not with `progress`. Social accounts and brand data go with the website',
  })
  @IsOptional()
  @ArrayUnique({ message: 'steps names a step twice.' })
  @ArrayMaxSize(DOCUMENT_KEYS.length, { message: 'steps names a step twice.' })
  @ArrayMinSize(1, { message: 'steps must name a step; leave it out for all.' })
  @IsIn(DOCUMENT_KEYS, { each: true, message: `steps must be of ${DOCUMENT_KEYS.join(', ')}.` })
  @IsArray({ message: 'steps must be a list of steps.' })
  steps?: DocumentKey[] | null;

  @ApiPropertyOptional({
    type: Boolean,
    nullable: true,
    description:
      'true: says what would change, and changes nothing. Whether the data would be too large together is not checked',
  })
  @IsOptional()
  @IsBoolean({ message: 'dry_run must be true or false.' })
  dry_run?: boolean | null;
}

export class RestoredPartsView {
  @ApiProperty({ description: 'Whether the progress has changed' }) progress!: boolean;
  @ApiProperty({ ...documentKey, isArray: true, description: 'Whose data have changed' }) documents!: DocumentKey[];
}

export class RestoredChangeView {
  @ApiProperty({
    enum: [...new Set([...STEP_KEYS, ...DOCUMENT_KEYS])],
    nullable: true,
    type: String,
    description: 'Null: a field of the whole progress',
  })
  step_key!: StepKey | DocumentKey | null;
  @ApiProperty({ maxLength: 200 }) field!: string;
  @ApiPropertyOptional({ ...scalar, description: 'With `to`, where both are scalars of at most 200 characters' })
  from?: unknown;
  @ApiPropertyOptional(scalar) to?: unknown;
}

export class RestoredView {
  @ApiProperty({ ...position, description: 'The state afterwards; of a dry run the one that there is' })
  position!: string;
  @ApiProperty() restored!: RestoredPartsView;
  @ApiProperty({ type: [RestoredChangeView], description: 'Of each document the first 200 fields' })
  changes!: RestoredChangeView[];
}

/** The body of RevisionGone: exactly these members. */
export class GoneView {
  @ApiProperty() type!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ type: 'integer', enum: [410] }) status!: number;
  @ApiProperty() detail!: string;
  @ApiProperty({ ...position, description: 'The oldest position at which all of it is kept' }) oldest_position!: string;
}

export function ApiGone(): MethodDecorator {
  const content = { [PROBLEM_JSON]: { schema: { $ref: getSchemaPath(GoneView) } } };
  const description = 'What was there then is no longer kept';
  return applyDecorators(ApiExtraModels(GoneView), ApiResponse({ status: 410, description, content }));
}
