import { describe, expect, it } from '@jest/globals';
import { Secret } from '../../ground/secrets/secret.js';
import { STEP_KEYS } from '../../onboarding/flow/steps.js';
import { NO_DOCUMENTS, type Documents } from './holdings.js';
import type { TextRow } from './legacy-database.js';
import { LocalTime, UNKNOWN_TIME } from './local-time.js';
import { progressOfSessions, readSession, type SessionEvidence } from './session-progress.js';
import { Warnings } from './warnings.js';

const NO_TIMES = { started_at: null, updated_at: 'infinity' };

const UTC = new LocalTime('UTC');

const row = (current_step: number, progress: number, others: TextRow = {}): TextRow => ({
  id: '1',
  current_step: String(current_step),
  progress: String(progress),
  started_at: '2026-01-01 08:00:00',
  updated_at: '2026-01-01 12:00:00',
  ...others,
});

const dated = <T>(value: T) => ({ value, createdAt: null, updatedAt: new Date('2026-01-01T10:00:00Z') });

const DOCUMENTS: Documents = {
  ...NO_DOCUMENTS,
  website: dated({ website_url: 'https://a.test' }),
  research: dated({ research_depth: 'Deep' }),
  persona: dated({ core_persona: { a: 1 } }),
};

function progress(rows: readonly TextRow[], evidence: Partial<SessionEvidence> = {}) {
  const warnings = new Warnings();
  const all = { documents: NO_DOCUMENTS, keys: [], hasPostedIntegrations: false, ...evidence };
  const found = progressOfSessions(
    rows.map((one) => readSession(one, UTC, warnings)),
    all,
    warnings,
  );
  return {
    ...found,
    statuses: STEP_KEYS.map((key) => found.steps[key].status).join(' '),
    codes: warnings.list.map(({ code }) => code),
  };
}

const P = 'pending';
const C = 'completed';
const S = 'skipped';

describe('progress by a database', () => {
  it.each([
    ['a look', row(1, 0), [P, P, P, P, P, P]],
    ['complete_step(2)', row(2, 33), [P, C, P, P, P, P]],
    ['complete_step(4)', row(4, 67), [P, C, C, C, P, P]],
    ['complete_step(5)', row(5, 83), [P, C, C, C, C, P]],
    ['the facade', row(4, 66.66666666666667), [P, C, C, C, P, P]],
    ['a step that was saved again', row(1, 17), [P, P, P, P, P, P]],
    ['completion', row(6, 100), [C, C, C, S, S, C]],
    ['completion, without a percentage', row(6, 50), [C, C, C, S, S, C]],
    ['a soft reset', row(0, 0), [P, P, P, P, P, P]],
  ])('after %s without data', (_, session, statuses) => {
    expect(progress([session]).statuses).toBe(statuses.join(' '));
  });

  it.each([
    ['the third of four', row(3, 75, { onboarding_type: 'website' }), [P, C, C, C, P, P]],
    ['the second of four', row(2, 50, { onboarding_type: 'website' }), [P, C, C, P, P, P]],
    ['the end of four', row(5, 75, { onboarding_type: 'linkedin' }), [C, C, C, S, S, C]],
    ['the fifth of six, renumbered', row(4, 83, { onboarding_type: null }), [P, C, C, C, C, P]],
    ['the end of six, renumbered', row(5, 100, { onboarding_type: null }), [C, C, C, S, S, C]],
  ])('in a database that numbers by four, after %s', (_, session, statuses) => {
    expect(progress([session]).statuses).toBe(statuses.join(' '));
  });

  it('is what the data show, whatever the session says', () => {
    const keys = [{ provider: 'gemini', key: new Secret('k'), savedAt: new Date('2026-01-01T09:00:00Z') }];
    const found = progress([row(1, 17)], { documents: DOCUMENTS, keys });
    expect(found.statuses).toBe([C, C, C, C, P, P].join(' '));
    expect(found.steps.api_keys.completedAt?.toISOString()).toBe('2026-01-01T09:00:00.000Z');
    expect(found.codes).toEqual([]);
  });

  it.each<[string, Partial<Documents>, Partial<SessionEvidence>, string]>([
    ['a private address', { website: dated({ website_url: 'http://localhost' }) }, {}, 'website pending'],
    ['a style without an address', { website: dated({ writing_style: { a: 1 } }) }, {}, 'website completed'],
    ['a business', { business: dated({ business_description: 'a' }) }, {}, 'website completed'],
    ['a competitor', { competitors: dated([{ url: 'a' }]) }, {}, 'research completed'],
    ['research without preferences', { research: dated({ userUrl: 'a' }) }, {}, 'research pending'],
    ['platform personas', { persona: dated({ platform_personas: { blog: {} } }) }, {}, 'personalization completed'],
    ['a connected platform', { integrations: dated({ connected_platforms: ['wix'] }) }, {}, 'integrations completed'],
    ['no connected platform', { integrations: dated({ notes: 'later' }) }, {}, 'integrations pending'],
    [
      'a posted page',
      { integrations: dated({ notes: 'a' }) },
      { hasPostedIntegrations: true },
      'integrations completed',
    ],
  ])('with %s', (_, documents, evidence, expected) => {
    const { steps } = progress([row(1, 0)], { ...evidence, documents: { ...NO_DOCUMENTS, ...documents } });
    expect(STEP_KEYS.map((key) => `${key} ${steps[key].status}`)).toContain(expected);
  });

  it('has a failed step where all analyses failed', () => {
    const website = dated({ website_url: 'https://a.test', status: 'failed', error_message: 'Crawling failed: 404' });
    const { steps } = progress([row(1, 17)], { documents: { ...NO_DOCUMENTS, website } });
    expect(steps.website).toEqual({ status: 'failed', completedAt: null, validationErrors: ['Crawling failed: 404'] });
  });

  it('is completed if any of the sessions is, at the time that the payload has', () => {
    const finished = row(6, 100, { id: '2', payload: '{"completed_at": "2026-01-01T11:00:00", "x": NaN}' });
    const found = progress([row(3, 50, { id: '3' }), finished, row(1, 0)]);
    expect(found.completedAt?.toISOString()).toBe('2026-01-01T11:00:00.000Z');
    expect(found.codes).toEqual(['several_sessions']);
  });

  it('is completed although no time of the session can be read', () => {
    const found = progress([row(6, 100, NO_TIMES)], { documents: DOCUMENTS });
    expect(found.statuses).toBe([C, C, C, C, S, C].join(' '));
    expect(found.completedAt).toEqual(UNKNOWN_TIME);
    expect(found.steps.complete.completedAt).toBeNull();
  });

  it('has its completion in a payload that is JSON twice, too', () => {
    const payload = JSON.stringify(JSON.stringify({ completed_at: '2026-01-01T11:00:00' }));
    expect(progress([row(6, 100, { payload })]).completedAt?.toISOString()).toBe('2026-01-01T11:00:00.000Z');
  });

  it('has a type without characters that PostgreSQL refuses', () => {
    const found = progress([row(1, 0, { onboarding_type: ' web\u0000site\ud83d ' })]);
    expect(found.onboardingType).toBe('web\uFFFDsite\uFFFD');
    expect(found.codes).toEqual(['replaced_characters']);
  });

  it('is that of the most advanced session', () => {
    const found = progress([
      row(1, 0, { started_at: '2026-02-01 00:00:00' }),
      row(2, 33, { id: '2', started_at: '2026-01-15 00:00:00' }),
    ]);
    expect(found.startedAt?.toISOString()).toBe('2026-01-15T00:00:00.000Z');
    expect(found.statuses).toBe([P, C, P, P, P, P].join(' '));
  });

  it('without a session is what the data show', () => {
    const found = progress([], { documents: DOCUMENTS });
    expect(found.statuses).toBe([P, C, C, C, P, P].join(' '));
    expect(found.startedAt?.toISOString()).toBe('2026-01-01T10:00:00.000Z');
  });
});
