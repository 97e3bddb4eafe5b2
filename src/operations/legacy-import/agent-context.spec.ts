import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import { documentsOfContext, readContextFile } from './agent-context.js';
import { SourceDamaged } from './legacy-database.js';
import { LocalTime } from './local-time.js';
import type { PostedStep } from './posted-parts.js';
import { Warnings } from './warnings.js';

const UTC = new LocalTime('UTC');

function context(step: PostedStep, data: JsonObject) {
  const text = JSON.stringify({ schema_version: '1.3', user_id: 'auth0|x', updated_at: '2026-03-12T09:00:00', data });
  return readContextFile(step, text, UTC, new Warnings());
}

const documents = (...files: ReturnType<typeof context>[]) => documentsOfContext(files, new Warnings());

describe('flat files of a workspace', () => {
  it('hold what the database dropped', () => {
    const { website } = documents(
      context('website', {
        website_url: 'https://a.test',
        style_guidelines: { tone_recommendations: ['plain'] },
        saved_at: '2026-03-12T09:00:00',
        raw_step2_payload: {
          website: 'https://a.test',
          domainName: 'a.test',
          analysis: { guidelines: { tone_recommendations: ['posted'] }, best_practices: ['short'] },
          onboarding_type: 'website',
        },
      }),
    );
    expect(website).toEqual({
      value: {
        website_url: 'https://a.test',
        guidelines: { tone_recommendations: ['plain'] },
        domainName: 'a.test',
        best_practices: ['short'],
        onboarding_type: 'website',
      },
      createdAt: null,
      updatedAt: new Date('2026-03-12T09:00:00Z'),
    });
  });

  it('hold a heap of all pages in each payload: each part is taken once, of its own page first', () => {
    const heap = {
      website: 'https://a.test',
      researchSummary: { total: 1 },
      competitors: [{ url: 'https://b.test' }],
      corePersona: { identity: { persona_name: 'Ana' } },
      brandAvatar: { set: true },
    };
    const found = documents(
      context('research', { research_depth: 'Deep', industry_context: 'shops', source_payload: heap }),
      context('personalization', { core_persona: { identity: { persona_name: 'Ana' } }, source_payload: heap }),
    );
    expect(found.website?.value).toEqual({ website_url: 'https://a.test' });
    expect(found.research?.value).toEqual({
      research_depth: 'Deep',
      industryContext: 'shops',
      researchSummary: { total: 1 },
    });
    expect(found.competitors?.value).toEqual([{ url: 'https://b.test' }]);
    expect(found.persona?.value).toEqual({
      core_persona: { identity: { persona_name: 'Ana' } },
      brandAvatar: { set: true },
    });
  });

  it('hold integrations as the page posts them', () => {
    const { integrations } = documents(
      context('integrations', {
        integrations: { primaryWebsite: 'https://a.test', connectedPlatforms: ['wix'] },
        providers: [],
        integration_status: 'done',
        notes: 'later',
      }),
    );
    expect(integrations?.value).toEqual({
      primary_website: 'https://a.test',
      connected_platforms: ['wix'],
      status: 'done',
      notes: 'later',
    });
  });

  it('leave out secrets and what is too large: such keys are passed over', () => {
    const { website } = documents(
      context('website', {
        website_url: 'https://a.test',
        crawl_result: { omitted: true, original_size: 400_000 },
        seo_audit: { score: 1, access_token: '[REDACTED]', pages: ['[OMITTED:size_budget]'] },
        raw_step2_payload: { email: '[REDACTED]', domainName: 'a.test' },
      }),
    );
    expect(website?.value).toEqual({ website_url: 'https://a.test', seo_audit: { score: 1 }, domainName: 'a.test' });
  });

  it.each(['', '{"user_id": "a", "da', '{}', '{"user_id": 1, "data": {}}', '{"user_id": "a", "data": []}'])(
    'are damaged: %j',
    (text) => {
      expect(() => readContextFile('website', text, UTC, new Warnings())).toThrow(SourceDamaged);
    },
  );
});
