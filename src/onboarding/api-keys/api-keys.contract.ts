import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { VERIFICATIONS } from '../database/records/sealed-keys.record.js';

/** Longer texts are refused before anything looks at them. */
const MAX_POSTED_LENGTH = 8192;

export class SaveKeyDto {
  @ApiProperty({ description: 'The name of a provider, or an alias' })
  @IsString({ message: 'provider must be a text.' })
  @MaxLength(100, { message: 'provider must have at most 100 characters.' })
  provider!: string;

  @ApiProperty({ description: 'The key; white space around it is removed' })
  @IsString({ message: 'api_key must be a text.' })
  @MaxLength(MAX_POSTED_LENGTH, { message: 'api_key is too long to be an API key.' })
  api_key!: string;

  @ApiPropertyOptional({ type: String, nullable: true })
  @IsOptional()
  @IsString({ message: 'description must be a text.' })
  @MaxLength(1000, { message: 'description must have at most 1,000 characters.' })
  description?: string | null;
}

export class CheckKeyDto {
  @ApiProperty({ description: 'The key; it is checked and not stored' })
  @IsString({ message: 'api_key must be a text.' })
  @MaxLength(MAX_POSTED_LENGTH, { message: 'api_key is too long to be an API key.' })
  api_key!: string;
}

const masked = { type: 'object', additionalProperties: { type: 'string' } } as const;
const STATUSES = [...VERIFICATIONS, 'missing'] as const;

export class ApiKeysView {
  @ApiProperty({ ...masked, description: 'Masked keys by provider' }) api_keys!: Readonly<Record<string, string>>;
  @ApiProperty({ type: 'integer' }) total_providers!: number;
  @ApiProperty({ type: [String] }) configured_providers!: string[];
}

export class KeySavedView {
  @ApiProperty() message!: string;
  @ApiProperty() provider!: string;
  @ApiProperty({ enum: ['saved'] }) status!: 'saved';
  @ApiPropertyOptional({ type: [String], description: 'Only when the key is saved and something else failed' })
  warnings?: string[];
}

export class KeyDeletedView {
  @ApiProperty() message!: string;
  @ApiProperty() provider!: string;
  @ApiProperty({ enum: ['deleted'] }) status!: 'deleted';
}

export class ValidationResultView {
  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'Null when the provider was not asked or gave no clear answer',
  })
  valid!: boolean | null;
  @ApiProperty({ enum: STATUSES }) status!: (typeof STATUSES)[number];
  @ApiPropertyOptional() error?: string;
}

const results = {
  type: 'object',
  additionalProperties: { $ref: '#/components/schemas/ValidationResultView' },
} as const;

export class KeysValidationView extends ApiKeysView {
  @ApiProperty(results) validation_results!: Readonly<Record<string, ValidationResultView>>;
  @ApiProperty({ description: 'Whether there is a key of an AI provider and no key is known to be invalid' })
  all_valid!: boolean;
  @ApiProperty({ type: [String] }) missing_keys!: string[];
}

export class KeyCheckView {
  @ApiProperty() provider!: string;
  @ApiProperty({ type: Boolean, nullable: true }) valid!: boolean | null;
  @ApiProperty({ enum: STATUSES }) status!: (typeof STATUSES)[number];
  @ApiProperty() message!: string;
}

export class ProviderView {
  @ApiProperty() name!: string;
  @ApiProperty() description!: string;
  @ApiProperty({ format: 'uri' }) setup_url!: string;
  @ApiProperty({ type: [String] }) required_fields!: string[];
  @ApiProperty({ type: [String] }) optional_fields!: string[];
}

export class ProviderSetupView extends ProviderView {
  @ApiProperty({ type: [String] }) setup_instructions!: string[];
}

export class EnhancedSummaryView {
  @ApiProperty() has_ai_provider!: boolean;
  @ApiProperty() has_research_provider!: boolean;
  @ApiProperty() website_valid!: boolean;
  @ApiProperty() personalization_done!: boolean;
  @ApiProperty() integration_done!: boolean;
  @ApiProperty() final_setup_complete!: boolean;
}

export class EnhancedValidationView {
  @ApiProperty() all_valid!: boolean;
  @ApiProperty({
    type: 'object',
    additionalProperties: results,
    description: 'Results by group of providers, then by provider',
  })
  results!: Readonly<Record<string, Readonly<Record<string, ValidationResultView>>>>;
  @ApiProperty() summary!: EnhancedSummaryView;
}
