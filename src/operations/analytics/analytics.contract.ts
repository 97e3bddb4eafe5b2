import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { IsIn, IsOptional, ValidateBy } from 'class-validator';
import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import { STEP_KEYS, type StepKey } from '../../onboarding/flow/steps.js';
import type { Definitions } from './definitions.js';
import { isDay } from './days.js';
import type { Group, Unit } from './figures.sql.js';
import { WINDOWS } from './journeys.sql.js';
import { MOST_DAYS } from './period.js';

const GROUPS: readonly Group[] = ['none', 'day', 'week'];
const UNITS: readonly Unit[] = ['day', 'week', 'month'];
const WINDOW_DAYS = WINDOWS.map(String);

/** As in a list of words: `none, day or week`. */
const wordsOf = (values: readonly string[]) => `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;

function IsDay(): PropertyDecorator {
  const message = '$property must be a day in UTC such as 2026-11-27.';
  return ValidateBy({ name: 'isDay', validator: { validate: isDay, defaultMessage: () => message } });
}

function IsOneOf(name: string, values: readonly string[]): PropertyDecorator {
  return applyDecorators(
    IsOptional(),
    IsIn([...values], { message: `${name} must be ${wordsOf(values)}, and be given once.` }),
  );
}

export class FlowQueryDto {
  @ApiPropertyOptional({
    enum: [...FLOW_IDS],
    description: 'The users of this wizard; left out: all, over the canonical six steps',
  })
  @IsOneOf('flow', FLOW_IDS)
  flow?: FlowId;
}

export class PeriodQueryDto {
  @ApiPropertyOptional({
    type: 'string',
    format: 'date',
    description: `The first day, in UTC, at most ${MOST_DAYS} before \`to\`; left out: 30 days before it`,
  })
  @IsOptional()
  @IsDay()
  from?: string;

  @ApiPropertyOptional({
    type: 'string',
    format: 'date',
    description: 'The day after the last one, in UTC; left out: tomorrow',
  })
  @IsOptional()
  @IsDay()
  to?: string;
}

class PeriodOfFlowQueryDto extends PeriodQueryDto {
  @ApiPropertyOptional({ enum: [...FLOW_IDS], description: 'The users of this wizard; left out: all' })
  @IsOneOf('flow', FLOW_IDS)
  flow?: FlowId;
}

export class FunnelQueryDto extends PeriodOfFlowQueryDto {
  @ApiPropertyOptional({ enum: [...GROUPS], default: 'none', description: 'Groups by the day or week of the start' })
  @IsOneOf('by', GROUPS)
  by?: Group;

  @ApiPropertyOptional({
    type: 'integer',
    enum: [...WINDOWS],
    description: 'Only what happened at most so many days after the start; left out: whenever it happened',
  })
  @IsOneOf('window_days', WINDOW_DAYS)
  window_days?: string;
}

export class CohortsQueryDto extends PeriodOfFlowQueryDto {
  @ApiPropertyOptional({ enum: [...UNITS], default: 'week', description: 'What a cohort has in common' })
  @IsOneOf('unit', UNITS)
  unit?: Unit;
}

const HIDDEN = 'Null: fewer than `ANALYTICS_MIN_GROUP` users';
const day = { type: 'string', format: 'date' } as const;
const moment = {
  type: 'string',
  format: 'date-time',
  description: 'Whatever was committed until then is in it',
} as const;
const count = { type: 'integer', minimum: 0, nullable: true, description: HIDDEN } as const;
const share = {
  type: 'number',
  minimum: 0,
  maximum: 1,
  nullable: true,
  description: 'Null: of nobody, or hidden',
} as const;
const seconds = { type: 'number', minimum: 0, nullable: true, description: 'Null: of nobody, or hidden' } as const;
const definitions = {
  type: 'object',
  additionalProperties: { type: 'string' },
  description: 'By figure: what it is, in a sentence',
} as const;

export class TimesView {
  @ApiProperty({ ...count, description: 'Users with a time of their own' }) n!: number | null;
  @ApiProperty(seconds) mean!: number | null;
  @ApiProperty(seconds) p50!: number | null;
  @ApiProperty(seconds) p75!: number | null;
  @ApiProperty(seconds) p90!: number | null;
  @ApiProperty(seconds) p95!: number | null;
}

export class FunnelStepView {
  @ApiProperty({ enum: [...STEP_KEYS] }) step_key!: StepKey;
  @ApiProperty({ type: 'integer', minimum: 1, description: 'In the wizard `flow`, or canonical' }) step_number!: number;
  @ApiProperty(count) entered!: number | null;
  @ApiProperty(count) completed!: number | null;
  @ApiProperty(count) skipped!: number | null;
  @ApiProperty(count) failed!: number | null;
  @ApiProperty(count) in_progress!: number | null;
  @ApiProperty(count) dropped!: number | null;
  @ApiProperty(share) conversion_overall!: number | null;
  @ApiProperty(share) conversion_step!: number | null;
  @ApiProperty({ description: 'From the step before, or the start' }) time_seconds!: TimesView;
}

export class FunnelFiguresView {
  @ApiProperty(count) started!: number | null;
  @ApiProperty(count) completed!: number | null;
  @ApiProperty(count) in_progress!: number | null;
  @ApiProperty(count) dropped!: number | null;
  @ApiProperty(share) conversion!: number | null;
  @ApiProperty({ description: 'From the start to completion' }) time_seconds!: TimesView;
  @ApiProperty({ type: [FunnelStepView] }) steps!: FunnelStepView[];
}

export class FunnelGroupView extends FunnelFiguresView {
  @ApiProperty({ ...day, description: 'Its first day; a week’s is a Monday, which may lie before the period' })
  from!: string;
}

export class FunnelView extends FunnelFiguresView {
  @ApiProperty(day) from!: string;
  @ApiProperty({ ...day, description: 'Not included' }) to!: string;
  @ApiProperty({ enum: [...FLOW_IDS], nullable: true, type: String }) flow!: FlowId | null;
  @ApiProperty(moment) as_of!: string;
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Events that are not in it yet' }) pending!: number;
  @ApiPropertyOptional({ type: [FunnelGroupView], description: 'With `by`: each day or week of the period' })
  groups?: FunnelGroupView[];
  @ApiProperty(definitions) definitions!: Definitions;
}

export class CohortView {
  @ApiProperty({ ...day, description: 'The first day of its unit' }) from!: string;
  @ApiProperty(count) started!: number | null;
  @ApiProperty({
    type: 'array',
    items: { type: 'integer', minimum: 0 },
    nullable: true,
    description: `By the end of its own unit, of the next one, and so on, at most ${MOST_DAYS}. ${HIDDEN}`,
  })
  completed_after!: number[] | null;
  @ApiProperty({ description: 'Its unit is not over, or lies partly outside the period' }) incomplete!: boolean;
}

export class CohortsView {
  @ApiProperty(moment) as_of!: string;
  @ApiProperty({ enum: [...UNITS] }) unit!: Unit;
  @ApiProperty({ type: [CohortView] }) cohorts!: CohortView[];
  @ApiProperty(definitions) definitions!: Definitions;
}

export class ActiveDayView {
  @ApiProperty(day) day!: string;
  @ApiProperty(count) started!: number | null;
  @ApiProperty(count) completed!: number | null;
  @ApiProperty(count) users!: number | null;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 1 },
    nullable: true,
    description: `By type. ${HIDDEN}`,
  })
  events!: Readonly<Record<string, number>> | null;
}

export class ActivityView {
  @ApiProperty(moment) as_of!: string;
  @ApiProperty({ type: [ActiveDayView] }) days!: ActiveDayView[];
  @ApiProperty(definitions) definitions!: Definitions;
}

export class StuckSinceView {
  @ApiProperty(count) under_1h!: number | null;
  @ApiProperty(count) under_1d!: number | null;
  @ApiProperty(count) under_7d!: number | null;
  @ApiProperty(count) under_30d!: number | null;
  @ApiProperty(count) longer!: number | null;
}

export class StuckStepView {
  @ApiProperty({ enum: [...STEP_KEYS] }) step_key!: StepKey;
  @ApiProperty({ type: 'integer', minimum: 1, description: 'In the wizard `flow`, or canonical' }) step_number!: number;
  @ApiProperty(count) users!: number | null;
  @ApiProperty({ description: 'How long nothing has happened' }) since!: StuckSinceView;
}

export class StuckView {
  @ApiProperty(moment) as_of!: string;
  @ApiProperty({ type: [StuckStepView] }) steps!: StuckStepView[];
  @ApiProperty(definitions) definitions!: Definitions;
}

/** Documents an answer that is JSON, or a table for who prefers CSV. */
export function AnswersOrTable(type: Type): MethodDecorator {
  const vary = { description: 'Accept: the caller chooses between JSON and CSV', schema: { type: 'string' } } as const;
  const content = {
    'application/json': { schema: { $ref: getSchemaPath(type) } },
    'text/csv': { schema: { type: 'string' } },
  } as const;
  return applyDecorators(ApiExtraModels(type), ApiOkResponse({ description: '', content, headers: { Vary: vary } }));
}
