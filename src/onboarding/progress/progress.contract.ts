import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { IsArray, IsIn, IsObject, IsOptional, IsString } from 'class-validator';
import type { JsonObject } from '../../ground/problems/json.js';
import { MAX_ERROR_LENGTH, MAX_ERRORS, STEP_ACCESSES, type StepAccess } from '../flow/progress.js';
import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import type { Position } from '../flow/position.js';
import { StepStatus } from '../flow/step-status.js';

/** The number of a step in a flow: which there are is the flow's business. */
export const stepNumber = { type: 'integer', minimum: 1 } as const;
/** Some wizards expect the number of the page before the one to show. */
const currentStep = { type: 'integer', minimum: 0 } as const;
const totalSteps = { type: 'integer', minimum: 1 } as const;
const flow = { enum: [...FLOW_IDS], description: 'The wizard whose numbers these are' };
const percentage = { type: 'number', minimum: 0, maximum: 100 } as const;
const time = { type: 'string', format: 'date-time', description: 'ISO 8601 in UTC' } as const;
const maybeTime = { ...time, nullable: true } as const;
const document = { type: 'object', additionalProperties: true } as const;

export class CompleteStepDto {
  @ApiPropertyOptional({ ...document, nullable: true, description: 'What the user entered; unknown keys are kept' })
  @IsOptional()
  @IsObject({ message: 'data must be an object or null.' })
  data?: JsonObject | null;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    description: `Stored with the step: the first ${MAX_ERRORS}, of ${MAX_ERROR_LENGTH} characters each`,
  })
  @IsOptional()
  @IsArray({ message: 'validation_errors must be a list of texts.' })
  @IsString({ each: true, message: 'validation_errors must be a list of texts.' })
  validation_errors?: string[] | null;
}

export class ResetQueryDto {
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'true: deletes all data of the user, keys included' })
  @IsOptional()
  @IsIn(['true', 'false'], { message: 'hard must be true or false.' })
  hard?: 'true' | 'false';
}

export class StatusView implements Position {
  @ApiProperty() is_completed!: boolean;
  @ApiProperty({
    ...currentStep,
    description: 'The step to show when the user comes back, or the one before, as the wizard expects it',
  })
  current_step!: number;
  @ApiProperty(percentage) completion_percentage!: number;
  @ApiProperty({ ...stepNumber, description: 'The first unfinished step' }) next_step!: number;
  @ApiProperty(maybeTime) started_at!: string | null;
  @ApiProperty(maybeTime) completed_at!: string | null;
  @ApiProperty({ description: 'Whether every required step before the last is finished, or counts as finished' })
  can_proceed_to_final!: boolean;
}

export class StepView {
  @ApiProperty(stepNumber) step_number!: number;
  @ApiProperty() title!: string;
  @ApiProperty() description!: string;
  @ApiProperty({ enum: Object.values(StepStatus) }) status!: StepStatus;
  @ApiProperty(maybeTime) completed_at!: string | null;
  @ApiProperty({ ...document, nullable: true, description: 'The saved data of the step, without keys' })
  data!: JsonObject | null;
  @ApiProperty({ type: [String] }) validation_errors!: string[];
}

export class ProgressView {
  @ApiProperty({ type: [StepView] }) steps!: StepView[];
  @ApiProperty(currentStep) current_step!: number;
  @ApiProperty(maybeTime) started_at!: string | null;
  @ApiProperty(maybeTime) last_updated!: string | null;
  @ApiProperty() is_completed!: boolean;
  @ApiProperty(maybeTime) completed_at!: string | null;
  @ApiProperty(percentage) completion_percentage!: number;
  @ApiProperty(totalSteps) total_steps!: number;
}

export class InitUserView {
  @ApiProperty() id!: string;
  @ApiProperty({ type: String, nullable: true }) email!: string | null;
  @ApiProperty({ type: String, nullable: true }) first_name!: string | null;
  @ApiProperty({ type: String, nullable: true }) last_name!: string | null;
  @ApiProperty() clerk_user_id!: string;
}

export class InitStepView extends OmitType(StepView, ['validation_errors']) {
  @ApiProperty() has_data!: boolean;
}

export class InitOnboardingView extends StatusView {
  @ApiProperty(maybeTime) last_updated!: string | null;
  @ApiProperty({ type: [InitStepView] }) steps!: InitStepView[];
  @ApiProperty(flow) flow!: FlowId;
  @ApiProperty({ description: 'What is onboarded, as it was posted; `website` unless it was' })
  onboarding_type!: string;
}

export class InitSessionView {
  @ApiProperty({ description: 'The user id' }) session_id!: string;
  @ApiProperty(maybeTime) initialized_at!: string | null;
  @ApiProperty(maybeTime) last_activity!: string | null;
}

export class InitView {
  @ApiProperty() user!: InitUserView;
  @ApiProperty() onboarding!: InitOnboardingView;
  @ApiProperty() session!: InitSessionView;
}

export class StepCompletedView {
  @ApiProperty() message!: string;
  @ApiProperty(stepNumber) step_number!: number;
  @ApiProperty({ ...document, nullable: true, description: 'The saved data of the step after this request' })
  data!: JsonObject | null;
  @ApiProperty({ type: [String], nullable: true }) warnings!: string[] | null;
}

export class StepSkippedView {
  @ApiProperty() message!: string;
  @ApiProperty(stepNumber) step_number!: number;
}

export class StepAccessView {
  @ApiProperty() can_proceed!: boolean;
  @ApiProperty({ type: [String] }) validation_errors!: string[];
  @ApiProperty({ enum: STEP_ACCESSES }) step_status!: StepAccess;
}

export class StartView {
  @ApiProperty() message!: string;
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() user_id!: string;
  @ApiProperty(currentStep) current_step!: number;
  @ApiProperty(percentage) progress!: number;
  @ApiProperty(time) started_at!: string;
}

export class ResumeView {
  @ApiProperty() can_resume!: boolean;
  @ApiPropertyOptional({ description: 'Only when the onboarding is completed' }) message?: string;
  @ApiPropertyOptional(stepNumber) resume_step?: number;
  @ApiPropertyOptional(currentStep) current_step?: number;
  @ApiProperty(percentage) completion_percentage!: number;
  @ApiPropertyOptional(maybeTime) started_at?: string | null;
  @ApiPropertyOptional(maybeTime) last_updated?: string | null;
}

export class ResetView {
  @ApiProperty() message!: string;
  @ApiProperty({ enum: ['soft', 'hard'] }) reset_mode!: 'soft' | 'hard';
  @ApiProperty(currentStep) current_step!: number;
  @ApiProperty({ ...maybeTime, description: 'Null after a hard reset' }) started_at!: string | null;
  @ApiProperty() user_id!: string;
}

export class CompletedView {
  @ApiProperty() message!: string;
  @ApiProperty(time) completed_at!: string;
  @ApiProperty({ type: 'integer', enum: [100] }) completion_percentage!: number;
  @ApiProperty({ description: 'Whether the user has a persona' }) persona_generated!: boolean;
  @ApiProperty({ type: [String], description: 'Always empty: this service schedules nothing' })
  scheduled_tasks!: string[];
  @ApiProperty({ type: [String], nullable: true }) failed_tasks!: string[] | null;
}

export class ConfigStepView {
  @ApiProperty(stepNumber) number!: number;
  @ApiProperty({ description: 'What the step is, in every flow' }) key!: string;
  @ApiProperty() title!: string;
  @ApiProperty() description!: string;
  @ApiProperty() required!: boolean;
  @ApiPropertyOptional({ type: [String] }) providers?: string[];
}

export class ConfigRequirementsView {
  @ApiProperty({ type: 'integer' }) min_api_keys!: number;
  @ApiProperty({ type: [String] }) required_providers!: string[];
  @ApiProperty({ type: [String] }) optional_providers!: string[];
}

/** One wizard: its steps in order. */
export class FlowView {
  @ApiProperty({ enum: [...FLOW_IDS] }) flow!: FlowId;
  @ApiProperty(totalSteps) total_steps!: number;
  @ApiProperty({ type: [ConfigStepView] }) steps!: ConfigStepView[];
}

export class ConfigView extends FlowView {
  @ApiProperty() requirements!: ConfigRequirementsView;
  @ApiProperty({ type: [FlowView], description: 'Every wizard that is served' }) flows!: FlowView[];
}
