import { ApiProperty } from '@nestjs/swagger';
import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import { FieldErrorView } from '../../ground/http/open-api.js';
import { REQUIREMENT_CODES, type RequirementCode } from '../flow/requirement-rules.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';

const maybeTime = { type: 'string', format: 'date-time', nullable: true } as const;
const maybePointer = { type: String, nullable: true } as const;
const codes = { enum: REQUIREMENT_CODES, isArray: true } as const;

/** A request that clears a requirement. */
export class ClearingView {
  @ApiProperty({ enum: ['POST', 'DELETE'] }) method!: 'POST' | 'DELETE';
  @ApiProperty() path!: string;
  @ApiProperty({
    ...maybePointer,
    description:
      'Where in the body, next to what `GET /step/{n}` has in `data`; `/data`: in several places; null: no body is needed',
  })
  pointer!: string | null;
}

export class RequirementView {
  @ApiProperty({ enum: REQUIREMENT_CODES }) code!: RequirementCode;
  @ApiProperty({ enum: STEP_KEYS }) step_key!: StepKey;
  @ApiProperty({ type: 'integer', minimum: 1, nullable: true, description: 'Null where the wizard has no such step' })
  step_number!: number | null;
  @ApiProperty({ ...maybePointer, description: 'Where it is: a place in the body of `POST /step/{n}/complete`' })
  pointer!: string | null;
  @ApiProperty() title!: string;
  @ApiProperty({ description: 'A sentence for the user' }) detail!: string;
  @ApiProperty({ ...maybeTime, description: 'Null without a session' }) since!: string | null;
  @ApiProperty({ ...maybeTime, description: 'The deadline of what is due' }) due_at!: string | null;
  @ApiProperty({ type: [ClearingView], description: 'Requests that clear it, each alone' }) clears!: ClearingView[];
  @ApiProperty({ ...codes, description: 'Others that are due: to clear one of them clears this one, too' })
  alternatives!: RequirementCode[];
}

export class RequirementsView {
  @ApiProperty({ enum: [...FLOW_IDS], description: 'The wizard whose numbers these are' }) flow!: FlowId;
  @ApiProperty({ description: 'The state of the onboarding, as in the ETag' }) position!: string;
  @ApiProperty() is_completed!: boolean;
  @ApiProperty({ description: 'Whether `POST /complete` would succeed now' }) can_complete!: boolean;
  @ApiProperty({ ...codes, description: 'What keeps it from that, in the order of the steps' })
  blocked_by!: RequirementCode[];
  @ApiProperty({ ...maybeTime, description: 'When onboarding is to be completed' }) deadline!: string | null;
  @ApiProperty({ type: [RequirementView], description: 'Can be cleared now' }) currently_due!: RequirementView[];
  @ApiProperty({ type: [RequirementView], description: 'Due, after a step before it' })
  eventually_due!: RequirementView[];
  @ApiProperty({ type: [RequirementView], description: 'Due, after the deadline' }) past_due!: RequirementView[];
  @ApiProperty({ type: [RequirementView], description: 'A provider can say whether its key is good' })
  pending_verification!: RequirementView[];
  @ApiProperty({ type: [RequirementView], description: 'Saved, and wrong; never blocks' }) errors!: RequirementView[];
  @ApiProperty({ type: [RequirementView], description: 'Worth doing; never blocks' }) recommended!: RequirementView[];
}

export class StepPreviewView {
  @ApiProperty({ description: 'Whether completing the step with these data would succeed' }) can_proceed!: boolean;
  @ApiProperty({ type: [String], description: 'What keeps it from that' }) validation_errors!: string[];
  @ApiProperty({ type: [String], description: 'What its answer would warn of, but for what is done after the commit' })
  warnings!: string[];
  @ApiProperty({ type: [FieldErrorView], description: 'The same as `validation_errors`, with their places' })
  errors!: FieldErrorView[];
  @ApiProperty({
    type: RequirementsView,
    description: 'What would be due after it; nothing is stored, so `position` is that of now',
  })
  requirements_after!: RequirementsView;
}
