import { competitorErrors } from './competitor-analyses.record.js';
import { DocumentRecord } from './document-record.js';
import { viewDocument, type Mapping, type Rule } from './posted-data.js';

/** How deep research goes. Stored in this spelling; posted in any case. */
export const RESEARCH_DEPTHS = ['Basic', 'Standard', 'Comprehensive', 'Deep', 'Expert'] as const;

const DEPTH_RULE: Rule = {
  errors: (value, at) => {
    if (researchDepth(value)) return [];
    const detail = `research_depth must be one of ${RESEARCH_DEPTHS.join(', ')}.`;
    return [{ pointer: `${at}/research_depth`, detail }];
  },
  spell: researchDepth,
  isConstraint: true,
};

/** Step 3, without the competitors and the social media accounts, which other tables keep. */
const mapping: Mapping = {
  table: 'research_preferences',
  columns: [
    'research_depth',
    'content_types',
    'auto_research',
    'factual_content',
    'writing_style',
    'content_characteristics',
    'target_audience',
    'recommended_settings',
  ],
  defaults: {
    research_depth: 'Comprehensive',
    content_types: ['Blog Posts', 'Social Media', 'Newsletters'],
    auto_research: true,
    factual_content: true,
  },
  kinds: {
    research_depth: 'text',
    content_types: 'texts',
    auto_research: 'flag',
    factual_content: 'flag',
    writing_style: 'document',
    content_characteristics: 'document',
    target_audience: 'document',
    recommended_settings: 'document',
  },
  rules: {
    research_depth: DEPTH_RULE,
    competitors: { errors: (list, at) => competitorErrors(list as readonly unknown[], `${at}/competitors`) },
  },
  nested: null,
  typed: {
    competitors: 'list',
    social_media_accounts: 'document',
    socialMediaAccounts: 'document',
    industryContext: 'text',
    researchSummary: 'document',
    sitemapAnalysis: 'document',
    userUrl: 'text',
    analysisTimestamp: 'text',
    stepType: 'text',
    completedAt: 'text',
  },
  neverExtra: ['competitors', 'social_media_accounts', 'socialMediaAccounts'],
};

/** A depth in its stored spelling; undefined for any other value. */
export function researchDepth(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return RESEARCH_DEPTHS.find((depth) => depth.toLowerCase() === value.trim().toLowerCase());
}

export const researchRecord = new DocumentRecord(mapping, (row) => viewDocument(mapping, row));
