import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { JsonObject } from '../../ground/problems/json.js';

const document = { type: 'object', additionalProperties: true, nullable: true } as const;
const text = { type: 'string', nullable: true } as const;
const time = { type: 'string', format: 'date-time' } as const;

const uuid = { type: 'string', format: 'uuid' } as const;
const list = { type: 'array', items: {}, nullable: true } as const;

/** What an analysis is made of, each part once: the row's columns, and whatever else was posted with it. */
const parts = {
  website_url: text,
  writing_style: document,
  content_characteristics: document,
  target_audience: document,
  content_type: document,
  recommended_settings: document,
  brand_analysis: { ...document, description: 'Only while brand analysis is switched on' },
  content_strategy_insights: { ...document, description: 'Only while brand analysis is switched on' },
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

/** What a PUT takes: the same flat analysis. What the page has read and sends back, such as `id`, is passed over. */
export const POSTED_ANALYSIS = {
  type: 'object' as const,
  additionalProperties: true,
  description: 'The flat analysis, as step 2 takes it; empty values leave what is stored',
  properties: {
    ...parts,
    guidelines: list,
    best_practices: list,
    avoid_elements: list,
    content_strategy: text,
    ai_generation_tips: list,
    competitive_advantages: list,
    content_calendar_suggestions: list,
  },
};

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
