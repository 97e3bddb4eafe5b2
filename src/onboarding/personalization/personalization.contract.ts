import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import type { JsonObject } from '../../ground/problems/json.js';
import { SOURCES, type Source } from './facts.js';
import { DEFAULT_MAX_TOKENS } from './prompt.js';

const document = { type: 'object', additionalProperties: true } as const;
const maybeText = { type: String, nullable: true } as const;

export class AiInputsQueryDto {
  @ApiPropertyOptional({ enum: ['json', 'prompt'], description: 'prompt: as a text for a system prompt' })
  @IsOptional()
  @IsIn(['json', 'prompt'], { message: 'format must be json or prompt.' })
  format?: 'json' | 'prompt';

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 50,
    maximum: 4000,
    default: DEFAULT_MAX_TOKENS,
    description: 'The most tokens of the prompt, counted as by OpenAI’s cl100k_base',
  })
  @IsOptional()
  @Matches(/^([5-9]\d|[1-9]\d{2}|[1-3]\d{3}|4000)$/, { message: 'max_tokens must be a whole number from 50 to 4000.' })
  max_tokens?: string;
}

class WebsiteInputs {
  @ApiProperty(maybeText) website_url!: string | null;
  @ApiProperty({ type: [String] }) content_types!: readonly string[];
  @ApiProperty() writing_style!: string;
  @ApiProperty({ type: [String] }) target_audience!: readonly string[];
  @ApiProperty() industry_focus!: string;
  @ApiProperty() expertise_level!: string;
}

class CompetitorInputs {
  @ApiProperty({ type: [String], description: 'Domains, the most relevant first' }) top_performers!: readonly string[];
  @ApiProperty() industry!: string;
  @ApiProperty({ type: [String] }) target_demographics!: readonly string[];
}

class GapInputs {
  @ApiProperty({ type: [String] }) content_gaps!: readonly string[];
  @ApiProperty({ type: [String] }) target_keywords!: readonly string[];
  @ApiProperty({ type: [String] }) content_opportunities!: readonly string[];
}

class SearchIntentInputs {
  @ApiProperty() intent!: string;
  @ApiProperty() focus!: string;
}

class KeywordInputs {
  @ApiProperty({ type: [String] }) high_value_keywords!: readonly string[];
  @ApiProperty({ type: [String] }) content_topics!: readonly string[];
  @ApiProperty() search_intent!: SearchIntentInputs;
}

class ResearchInputs {
  @ApiProperty({ type: String }) research_depth!: unknown;
  @ApiProperty({ type: [String] }) content_types!: unknown;
  @ApiProperty({ type: Boolean }) auto_research!: unknown;
  @ApiProperty({ type: Boolean }) factual_content!: unknown;
}

class InputsMeta {
  @ApiProperty({ description: 'Whether any value comes from the user’s own data' }) personalized!: boolean;
  @ApiProperty({
    minimum: 0,
    maximum: 1,
    description: 'The share of values that come from the user’s own data, to two decimals',
  })
  completeness!: number;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string', enum: [...SOURCES] },
    description: 'Where each value comes from, by the path of the value',
  })
  sources!: Readonly<Record<string, Source>>;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) updated_at!: string | null;
}

export class AiInputsView {
  @ApiProperty() website_analysis!: WebsiteInputs;
  @ApiProperty() competitor_analysis!: CompetitorInputs;
  @ApiProperty() gap_analysis!: GapInputs;
  @ApiProperty() keyword_analysis!: KeywordInputs;
  @ApiPropertyOptional({ type: ResearchInputs, description: 'Only when the user has saved research preferences' })
  research_preferences?: ResearchInputs;
  @ApiProperty() meta!: InputsMeta;
}

class ProfileText {
  @ApiProperty(maybeText) value!: string | null;
  @ApiProperty({ type: String, enum: SOURCES, nullable: true }) source!: Source | null;
}

class ProfileTexts {
  @ApiProperty({ type: [String], nullable: true }) value!: readonly string[] | null;
  @ApiProperty({ type: String, enum: SOURCES, nullable: true }) source!: Source | null;
}

/** Who the user is as a publisher: one value for each question and where it comes from; null where nothing was saved. */
export class CanonicalProfileView {
  @ApiProperty() industry!: ProfileText;
  @ApiProperty() target_audience!: ProfileTexts;
  @ApiProperty() tone!: ProfileText;
  @ApiProperty() voice!: ProfileText;
  @ApiProperty() complexity!: ProfileText;
  @ApiProperty() content_types!: ProfileTexts;
  @ApiProperty() content_pillars!: ProfileTexts;
  @ApiProperty() brand_colors!: ProfileTexts;
  @ApiProperty() brand_values!: ProfileTexts;
  @ApiProperty() platforms!: ProfileTexts;
  @ApiProperty() research_depth!: ProfileText;
  @ApiProperty() competitors!: ProfileTexts;
  @ApiProperty() business_goals!: ProfileText;
}

/** Texts or null, never objects: the client shows them as they are. */
class PersonalizationSettings {
  @ApiProperty(maybeText) writing_style!: string | null;
  @ApiProperty(maybeText) target_audience!: string | null;
  @ApiProperty(maybeText) content_focus!: string | null;
  @ApiProperty(maybeText) tone!: string | null;
  @ApiProperty(maybeText) brand_voice!: string | null;
}

class PersonaReadiness {
  @ApiProperty() ready!: boolean;
  @ApiProperty() reason!: string;
  @ApiProperty({ type: [String] }) missing_data!: readonly string[];
}

class Capabilities {
  @ApiProperty() ai_content_generation!: boolean;
  @ApiProperty() website_analysis!: boolean;
  @ApiProperty() research_capabilities!: boolean;
  @ApiProperty() persona_generation!: boolean;
  @ApiProperty() content_optimization!: boolean;
}

export class SummaryView {
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Masked keys by provider; the deployment’s own as eight stars',
  })
  api_keys!: Readonly<Record<string, string>>;
  @ApiProperty(maybeText) website_url!: string | null;
  @ApiProperty({ ...document, nullable: true }) style_analysis!: JsonObject | null;
  @ApiProperty({ ...document, nullable: true }) research_preferences!: JsonObject | null;
  @ApiProperty() personalization_settings!: PersonalizationSettings;
  @ApiProperty() persona_readiness!: PersonaReadiness;
  @ApiProperty({ ...document, nullable: true }) integrations!: JsonObject | null;
  @ApiProperty() capabilities!: Capabilities;
  @ApiProperty() canonical_profile!: CanonicalProfileView;
}
