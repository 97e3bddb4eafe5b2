import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../ground/problems/json.js';
import { STEP_KEYS } from '../../onboarding/flow/steps.js';
import { SourceDamaged } from './legacy-database.js';
import { LocalTime } from './local-time.js';
import { readProgressFile } from './progress-file.js';
import { Warnings } from './warnings.js';

interface StepPart {
  readonly status?: unknown;
  readonly data?: unknown;
  readonly completed_at?: string | null;
}

const DAY = '2025-10-18T';

/** A file in the format of all versions. @param steps by their numbers; the others are pending */
function file(steps: Readonly<Record<number, StepPart>>, others: JsonObject = {}): string {
  return JSON.stringify({
    steps: [1, 2, 3, 4, 5, 6].map((step_number) => ({
      step_number,
      title: 'A title',
      status: 'pending',
      completed_at: null,
      data: null,
      validation_errors: [],
      ...steps[step_number],
    })),
    current_step: 1,
    started_at: `${DAY}08:00:00`,
    last_updated: `${DAY}12:00:00.5`,
    is_completed: false,
    completed_at: null,
    ...others,
  });
}

const done = (data: unknown = {}, hour = '09'): StepPart => ({
  status: 'completed',
  data,
  completed_at: `${DAY}${hour}:00:00`,
});

function read(text: string, timezone = 'UTC') {
  const warnings = new Warnings();
  const holdings = readProgressFile(text, new LocalTime(timezone), warnings);
  const { progress } = holdings;
  if (!progress) throw new Error('A file has a progress.');
  return {
    ...holdings,
    progress,
    statuses: STEP_KEYS.map((key) => progress.steps[key].status),
    warnings: warnings.list,
  };
}

it('keys in the data of the first step may stand there one by one', () => {
  const single = { gemini_api_key: 'AIza-a', exaApiKey: 'e', nobody_api_key: 'n', note: 'x' };
  const { keys } = read(file({ 1: done(single), 2: done({ openai_api_key: 'o', website: 'https://a.test' }) }));
  expect(keys.map(({ name, key }) => [name, key.reveal()])).toEqual([
    ['gemini', 'AIza-a'],
    ['exa', 'e'],
  ]);
});

it('a depth of research that is blank is reported', () => {
  const { documents, warnings } = read(file({ 3: done({ researchDepth: '', contentTypes: ['blog'] }) }));
  expect(documents.research?.value).toEqual({ content_types: ['blog'] });
  expect(warnings.map(({ code }) => code)).toEqual(['unknown_depth']);
});

describe('the progress in a file', () => {
  it('has local times', () => {
    const { progress } = read(file({ 1: done() }), 'Europe/Berlin');
    expect(progress.startedAt?.toISOString()).toBe('2025-10-18T06:00:00.000Z');
    expect(progress.updatedAt?.toISOString()).toBe('2025-10-18T10:00:00.500Z');
    expect(progress.steps.api_keys.completedAt?.toISOString()).toBe('2025-10-18T07:00:00.000Z');
  });

  it('is completed where the file says so, although steps are pending', () => {
    const { progress, statuses } = read(
      file(
        { 1: done(), 2: done(), 3: done(), 6: done({}, '11') },
        { is_completed: true, completed_at: `${DAY}11:30:00` },
      ),
    );
    expect(statuses).toEqual(['completed', 'completed', 'completed', 'pending', 'pending', 'completed']);
    expect(progress.completedAt?.toISOString()).toBe('2025-10-18T11:30:00.000Z');
  });

  it('is completed where the file says so, although a required step was skipped', () => {
    const skipped = { status: 'skipped', completed_at: `${DAY}09:00:00` };
    const { progress } = read(file({ 1: done(), 2: skipped, 3: skipped, 6: done({}, '11') }, { is_completed: true }));
    expect(progress.completedAt?.toISOString()).toBe('2025-10-18T11:00:00.000Z');
    expect(progress.steps.website).toMatchObject({ status: 'skipped', completedAt: new Date(`${DAY}09:00:00Z`) });
  });

  it('is completed where the older back end has taken that back', () => {
    const { progress } = read(file({ 1: done(), 2: done(), 3: done(), 6: done({}, '11') }));
    expect(progress.completedAt?.toISOString()).toBe('2025-10-18T11:00:00.000Z');
  });

  it('is not completed without the last step', () => {
    expect(read(file({ 1: done(), 2: done(), 3: done(), 4: done(), 5: done() })).progress.completedAt).toBeNull();
  });

  it('has a current step only where the user was inside it', () => {
    const inside = { 1: done(), 2: { status: 'in_progress' } };
    expect(read(file(inside, { current_step: 2 })).progress.currentStep).toBe('website');
    expect(read(file(inside, { current_step: 1 })).progress.currentStep).toBeNull();
  });

  it('takes an unknown status for pending, and says so', () => {
    const { statuses, warnings } = read(file({ 1: { status: 'verified' }, 2: { status: 3 }, 3: { status: 'failed' } }));
    expect(statuses.slice(0, 3)).toEqual(['pending', 'pending', 'failed']);
    expect(warnings.map(({ code }) => code)).toEqual(['unknown_status', 'unknown_status']);
  });

  it('is read although steps are missing', () => {
    expect(read(JSON.stringify({ steps: [] })).progress).toMatchObject({ startedAt: null, completedAt: null });
  });

  it.each(['', '{"steps": [{"step_nu', '[]', '{}', '{"steps": 6}', 'null'])('cannot be in %j', (text) => {
    expect(() => read(text)).toThrow(SourceDamaged);
  });
});

describe('the data in a file', () => {
  it('are what the pages posted', () => {
    const { documents, keys } = read(
      file({
        1: done({ api_keys: { gemini: 'AIza-a\n', exa: null, openai: '' } }),
        2: done(
          { website: 'https://a.test', analysis: { writing_style: { tone: 'bold' } }, domainName: 'a.test' },
          '10',
        ),
      }),
    );
    expect(documents.website).toEqual({
      value: { website_url: 'https://a.test', writing_style: { tone: 'bold' }, domainName: 'a.test' },
      createdAt: null,
      updatedAt: new Date('2025-10-18T10:00:00Z'),
    });
    expect(keys.map(({ name, key }) => [name, key.reveal()])).toEqual([
      ['gemini', 'AIza-a\n'],
      ['openai', ''],
    ]);
  });

  it('are taken by their keys where two steps hold the same heap', () => {
    const heap = {
      website: 'https://a.test',
      competitors: [{ url: 'https://b.test', title: 'B' }],
      researchSummary: { total_competitors: 1 },
      social_media_accounts: { x: 'https://x.com/a' },
      corePersona: { identity: { persona_name: 'Ana' } },
      selectedPlatforms: ['blog'],
      stepType: 'research',
    };
    const { documents } = read(file({ 3: done(heap), 4: done(heap, '10') }));
    expect(documents.website?.value).toEqual({
      website_url: 'https://a.test',
      social_media_accounts: { x: 'https://x.com/a' },
    });
    expect(documents.research?.value).toEqual({ researchSummary: { total_competitors: 1 }, stepType: 'research' });
    expect(documents.competitors?.value).toEqual([{ url: 'https://b.test', title: 'B' }]);
    expect(documents.persona?.value).toEqual({
      core_persona: { identity: { persona_name: 'Ana' } },
      selected_platforms: ['blog'],
      stepType: 'research',
    });
  });

  it('of step 4 fill what step 3 lacks', () => {
    const { documents } = read(
      file({
        3: done({ competitors: [{ url: 'https://b.test' }], userUrl: 'https://a.test' }),
        4: done({ competitors: [{ url: 'https://c.test' }], sitemapAnalysis: { total_urls: 2 }, userUrl: 'other' }),
      }),
    );
    expect(documents.competitors?.value).toEqual([{ url: 'https://b.test' }]);
    expect(documents.research?.value).toEqual({ userUrl: 'https://a.test', sitemapAnalysis: { total_urls: 2 } });
  });

  it('are not the markers of steps that were taken for completed', () => {
    const { documents, statuses } = read(
      file({ 2: done({ source: 'db-fallback' }), 3: done({ source: 'research-prefs-fallback' }), 5: done({}) }),
    );
    expect(Object.values(documents)).toEqual(Array(6).fill(null));
    expect(statuses).toEqual(['pending', 'completed', 'completed', 'pending', 'completed', 'pending']);
  });

  it('have a business where the user has no website', () => {
    const businessData = { id: 7, user_id: 1, business_description: 'Bicycles', industry: ' ', business_goals: null };
    const { documents } = read(file({ 2: done({ businessData }) }));
    expect(documents.website?.value).toEqual({ businessData });
    expect(documents.business?.value).toEqual({ business_description: 'Bicycles' });
  });

  it('are whole where Python wrote what JSON does not have', () => {
    const text = file({ 2: done({ website: 'https://a.test', seo_audit: { score: 'SCORE', title: '\ud83d\u0000' } }) });
    const { documents, warnings } = read(text.replace('"SCORE"', 'NaN'));
    expect(documents.website?.value['seo_audit']).toEqual({ score: null, title: '\uFFFD\uFFFD' });
    expect(warnings.map(({ code }) => code)).toEqual(['replaced_characters']);
  });

  it('keep values of another type in unknown keys, and never keys of providers', () => {
    const { documents, warnings } = read(
      file({
        2: done({
          website: 'https://a.test',
          analysis: { writing_style: 'bold', content_type: '{"a": 1}' },
          api_keys: { exa: 'k' },
        }),
        4: done({ corePersona: { a: 1 }, selectedPlatforms: ['blog', 7] }),
      }),
    );
    expect(documents.website?.value).toEqual({
      website_url: 'https://a.test',
      writing_style_text: 'bold',
      content_type: { a: 1 },
    });
    expect(documents.persona?.value).toEqual({
      core_persona: { a: 1 },
      selected_platforms: ['blog'],
      selected_platforms_value: ['blog', 7],
    });
    expect(warnings.map(({ code }) => code)).toEqual(['secret_left_out', 'wrong_type', 'wrong_type']);
  });
});
