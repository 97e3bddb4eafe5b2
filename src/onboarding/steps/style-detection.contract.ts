import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { JsonObject } from '../../ground/problems/json.js';

const document = { type: 'object', additionalProperties: true, nullable: true } as const;
const text = { type: 'string', nullable: true } as const;
const time = { type: 'string', format: 'date-time' } as const;

const uuid = { type: 'string', format: 'uuid' } as const;
const brand = { ...document, description: 'Only while brand analysis is switched on' } as const;
const INTO_GUIDELINES = 'Becomes a part of style_guidelines';
const guideline = { type: 'array', items: {}, nullable: true, description: INTO_GUIDELINES } as const;

/** What an analysis is made of, each part once: the row's columns, and whatever else was posted with it. */
const parts = {
  website_url: text,
  writing_style: document,
  content_characteristics: document,
  target_audience: document,
  content_type: document,
  recommended_settings: document,
  brand_analysis: brand,
  content_strategy_insights: brand,
  social_media_presence: document,
  social_media_accounts: document,
  seo_audit: document,
  sitemap_analysis: document,
  style_patterns: document,
  style_guidelines: { ...document, description: 'With the guidelines that were posted next to it' },
  crawl_result: document,
  status: text,
};

const row = {
  type: 'object' as const,
  additionalProperties: true,
  description: 'The saved analysis, flat: each column once, and whatever else was posted with it',
  properties: { ...parts, id: uuid, created_at: time, updated_at: time },
  required: ['website_url', 'id', 'created_at', 'updated_at'],
};

/**
 * What a PUT takes: the same flat analysis. Other keys are kept, too, so the body is checked where the table is known; what the page
 * has read and sends back, such as `id`, is passed over.
 */
export class StyleAnalysisDto {
  @ApiPropertyOptional(text) website_url?: string | null;
  @ApiPropertyOptional(document) writing_style?: JsonObject | null;
  @ApiPropertyOptional(document) content_characteristics?: JsonObject | null;
  @ApiPropertyOptional(document) target_audience?: JsonObject | null;
  @ApiPropertyOptional(document) content_type?: JsonObject | null;
  @ApiPropertyOptional(document) recommended_settings?: JsonObject | null;
  @ApiPropertyOptional(brand) brand_analysis?: JsonObject | null;
  @ApiPropertyOptional(brand) content_strategy_insights?: JsonObject | null;
  @ApiPropertyOptional(document) social_media_presence?: JsonObject | null;
  @ApiPropertyOptional(document) social_media_accounts?: JsonObject | null;
  @ApiPropertyOptional(document) seo_audit?: JsonObject | null;
  @ApiPropertyOptional(document) sitemap_analysis?: JsonObject | null;
  @ApiPropertyOptional(document) style_patterns?: JsonObject | null;
  @ApiPropertyOptional(document) style_guidelines?: JsonObject | null;
  @ApiPropertyOptional(document) crawl_result?: JsonObject | null;
  @ApiPropertyOptional(text) status?: string | null;
  @ApiPropertyOptional({
    oneOf: [
      { type: 'object', additionalProperties: true, nullable: true },
      { type: 'array', items: {} },
    ],
    description: INTO_GUIDELINES,
  })
  guidelines?: JsonObject | unknown[] | null;
  @ApiPropertyOptional(guideline) best_practices?: unknown[] | null;
  @ApiPropertyOptional(guideline) avoid_elements?: unknown[] | null;
  @ApiPropertyOptional({ ...text, description: INTO_GUIDELINES }) content_strategy?: string | null;
  @ApiPropertyOptional(guideline) ai_generation_tips?: unknown[] | null;
  @ApiPropertyOptional(guideline) competitive_advantages?: unknown[] | null;
  @ApiPropertyOptional(guideline) content_calendar_suggestions?: unknown[] | null;
}

export class SessionAnalysesView {
  @ApiProperty({ enum: [true] }) success!: boolean;
  @ApiProperty({ type: 'array', items: row, maxItems: 1 }) analyses!: JsonObject[];
}

export class AnalysisSummaryView {
  @ApiProperty(document) writing_style!: unknown;
  @ApiProperty(document) target_audience!: unknown;
  @ApiProperty(document) content_type!: unknown;
}

/** Only `exists` when there is no such analysis. */
export class ExistingAnalysisView {
  @ApiProperty() exists!: boolean;
  @ApiPropertyOptional({ format: 'date-time' }) analysis_date?: string;
  @ApiPropertyOptional({ format: 'uuid' }) analysis_id?: string;
  @ApiPropertyOptional({ type: AnalysisSummaryView }) summary?: AnalysisSummaryView;
}

/** `analysis` when it was found, `error` when it was not. */
export class AnalysisView {
  @ApiProperty() success!: boolean;
  @ApiPropertyOptional(row) analysis?: JsonObject;
  @ApiPropertyOptional({ enum: ['Analysis not found'] }) error?: string;
}

/** `error` when there is no such analysis: nothing was changed. */
export class AnalysisChangedView {
  @ApiProperty() success!: boolean;
  @ApiPropertyOptional({ enum: ['Analysis not found'] }) error?: string;
}
