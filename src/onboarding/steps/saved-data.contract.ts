import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Allow } from 'class-validator';
import type { JsonObject } from '../../ground/problems/json.js';

const document = { type: 'object', additionalProperties: true, nullable: true } as const;
const texts = { type: 'array', items: { type: 'string' }, nullable: true } as const;

/** The four parts of a persona. Their kinds are checked where the table is known; here only what else is sent is dropped. */
export class SavePersonaDto {
  [part: string]: unknown;
  @ApiPropertyOptional(document) @Allow() core_persona?: unknown;
  @ApiPropertyOptional(document) @Allow() platform_personas?: unknown;
  @ApiPropertyOptional(document) @Allow() quality_metrics?: unknown;
  @ApiPropertyOptional(texts) @Allow() selected_platforms?: unknown;
}

export class PersonaSavedView {
  @ApiProperty({ enum: [true] }) success!: boolean;
}

export class PersonaView {
  @ApiProperty(document) core_persona!: unknown;
  @ApiProperty(document) platform_personas!: unknown;
  @ApiProperty(document) quality_metrics!: unknown;
  @ApiProperty(texts) selected_platforms!: unknown;
  @ApiProperty({ format: 'date-time', type: String }) timestamp!: unknown;
}

export class PersonaLatestView {
  @ApiProperty() success!: boolean;
  @ApiProperty({ type: PersonaView, nullable: true }) persona!: PersonaView | null;
  @ApiPropertyOptional() message?: string;
  @ApiPropertyOptional({ type: 'integer', enum: [404] }) status_code?: number;
}

/** Flat: every column of the analysis and whatever else was posted with it. Only `status` when there is none. */
export class WebsiteAnalysisView {
  [field: string]: unknown;
  @ApiProperty({ enum: ['success', 'no_data'] }) status!: 'success' | 'no_data';
  @ApiPropertyOptional({ type: String, nullable: true }) website_url?: string | null;
  @ApiPropertyOptional({ ...document, description: 'Style, audience and guidelines in one object' })
  style_analysis?: JsonObject;
  @ApiPropertyOptional({ ...document, description: 'The analysis again, nested, for older clients' })
  website_analysis?: JsonObject;
}

export class CompetitorView {
  @ApiProperty({ type: String, nullable: true }) url!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Where the competitor has none, the host of its url' })
  domain!: string | null;
  @ApiProperty({ format: 'date-time', description: 'When it was saved' }) analysis_date!: string;
  @ApiProperty({ type: 'object', additionalProperties: true, description: 'The competitor as it was posted' })
  analysis_data!: JsonObject;
  @ApiProperty({ enum: ['completed'] }) status!: 'completed';
}

export class CompetitorAnalysisView {
  @ApiProperty({ type: [CompetitorView] }) competitors!: CompetitorView[];
  @ApiProperty({ type: 'integer' }) count!: number;
  @ApiProperty({ type: String, nullable: true, description: 'The user’s id; null when there are no competitors' })
  session_id!: string | null;
}
