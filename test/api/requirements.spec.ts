import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_EVENTS } from '../../src/onboarding/flow/replay.js';
import {
  completeSteps,
  finishDemanded,
  KEYS,
  PERSONA,
  post,
  saveKey,
  start,
  WEBSITE,
} from '../support/data/due/states.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { done } from '../support/service/done.js';
import { codesOf, dueOf, itemsOf } from '../support/service/due.js';

describe('GET /requirements', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { RATE_LIMIT_KEY_SAVES: '0' } });
  });
  afterAll(() => app.stop());

  const dueStepsOf = async (user: Client) => {
    const { currently_due, eventually_due } = await dueOf(user);
    return [currently_due, eventually_due].map((items) => items.map(({ step_number }) => step_number));
  };

  it('needs a token, and writes nothing', async () => {
    expect((await app.anonymous().get('/requirements')).status).toBe(401);
    await dueOf(await app.as('reads'));
    expect(await app.database.query(`select from onboarding_sessions where user_id = 'reads'`)).toEqual([]);
  });

  it('shows a new user everything that is due, and since no time', async () => {
    const due = await dueOf(await app.as('new'));
    expect(due).toMatchObject({
      flow: 'six',
      position: '0',
      is_completed: false,
      can_complete: false,
      blocked_by: ['api_key_missing', 'website_missing', 'research_missing'],
      deadline: null,
    });
    expect(codesOf(due)).toEqual({
      currently_due: ['api_key_missing'],
      eventually_due: ['website_missing', 'research_missing'],
      recommended: ['research_key_missing', 'competitors_missing', 'persona_missing', 'integrations_missing'],
    });
    expect(itemsOf(due).map(({ since }) => since)).toEqual(Array(7).fill(null));
  });

  it('has the position and the ETag of the status, and the position is a precondition', async () => {
    const user = await app.as('position');
    await start(user);
    await post(user, 2, WEBSITE);
    const { headers, body } = await done(user.get('/requirements'));
    const status = await done(user.get('/status'));
    expect(headers.get('etag')).toBe(status.headers.get('etag'));
    expect(body.position).toBe(status.headers.get('etag')?.slice(1, -1));
    const completing = () => user.post('/step/2/complete', { data: WEBSITE }, { 'if-match': `"${body.position}"` });
    const website = await completing();
    expect(website.status).toBe(200);
    expect((await done(user.post('/step/4/complete', { data: PERSONA }))).status).toBe(200);
    expect((await completing()).status).toBe(412);
  });

  it('is answered in full to a reader who has the position, since time and providers change it, too', async () => {
    const user = await app.as('conditional');
    await start(user);
    const { headers, body } = await done(user.get('/requirements'));
    const again = await done(user.get('/requirements', { 'if-none-match': headers.get('etag') ?? '' }));
    expect(again.body).toEqual(body);
    expect(again.headers.get('cache-control')).toBe('no-store');
  });

  it('moves what is due to `currently_due` as the steps before it are finished', async () => {
    const user = await app.as('moves');
    await start(user);
    expect(await dueStepsOf(user)).toEqual([[1], [2, 3]]);
    await completeSteps(user, 2);
    expect(await dueStepsOf(user)).toEqual([[1], [3]]);
    await saveKey(user, KEYS.gemini);
    expect(await dueStepsOf(user)).toEqual([[3], []]);
    await completeSteps(user, 3);
    expect(await dueStepsOf(user)).toEqual([[6], []]);
    await done(user.post('/complete'));
    expect(await dueStepsOf(user)).toEqual([[], []]);
  });

  it('has each item in one list, in the order of the steps', async () => {
    const user = await app.as('order');
    await saveKey(user, KEYS.openai);
    await post(user, 4, { ...PERSONA, selectedPlatforms: ['tiktok'] });
    const due = await dueOf(user);
    const items = itemsOf(due).map(({ code, pointer }) => `${code} ${pointer}`);
    expect(new Set(items).size).toBe(items.length);
    expect(items.length).toBeGreaterThan(5);
    for (const list of ['recommended', 'eventually_due'] as const) {
      const numbers = due[list].map(({ step_number }) => step_number ?? 0);
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    }
  });

  it('blocks nothing by the last step, by errors, by recommendations and by keys that are not checked', async () => {
    const user = await app.as('never blocks');
    await finishDemanded(user);
    await post(user, 2, { ...WEBSITE, analysis: { status: 'failed', writing_style: { tone: 5 } } });
    await post(user, 3, { competitors: [{ url: 'https://example.com' }] });
    const due = await dueOf(user);
    expect(codesOf(due)).toEqual({
      currently_due: ['final_step_open'],
      pending_verification: ['api_key_unverified'],
      errors: ['website_analysis_failed', 'document_malformed', 'competitor_is_own_site'],
      recommended: expect.arrayContaining(['research_key_missing', 'persona_missing', 'integrations_missing']),
    });
    expect(due).toMatchObject({ blocked_by: [], can_complete: true, is_completed: false });
    await done(user.post('/complete'));
  });

  it('blocks nothing and is due no more once completed, whatever happens to a step then', async () => {
    const user = await app.as('completed');
    await finishDemanded(user);
    await done(user.post('/complete'));
    await done(user.send('DELETE', '/api-keys/gemini'));
    const due = await dueOf(user);
    expect(due).toMatchObject({ is_completed: true, can_complete: true, blocked_by: [], deadline: null });
    expect([due.currently_due, due.eventually_due, due.past_due]).toEqual([[], [], []]);
    await done(user.post('/complete'));
  });

  it('asks for the persona and the platforms also after their steps are skipped', async () => {
    const user = await app.as('skips');
    for (const step of [4, 5]) await done(user.post(`/step/${step}/skip`));
    const { recommended } = await dueOf(user);
    expect(recommended.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['persona_missing', 'integrations_missing']),
    );
  });

  it('says of a post of the same that nothing has changed', async () => {
    const user = await app.as('the same');
    await finishDemanded(user);
    await post(user, 4, PERSONA);
    const before = await dueOf(user);
    const { body } = await done(user.get('/step/2'));
    await post(user, 2, body.data);
    const after = await dueOf(user);
    expect(itemsOf(after)).toEqual(itemsOf(before));
    expect(itemsOf(after).map(({ code }) => code)).not.toContain('persona_older_than_website');
  });

  it('says of the same address in another spelling that nothing has changed', async () => {
    const user = await app.as('spells');
    await post(user, 2, { website: 'https://example.com' });
    await post(user, 3, { research_depth: 'Deep' });
    for (const [website, isOther] of [
      ['EXAMPLE.com/', false],
      ['https://example.com/Shop', true],
      ['https://example.com/shop', true],
      ['https://Example.com', false],
    ] as const) {
      const { requirements_after } = (await done(user.post('/step/2/validate', { data: { website } }))).body;
      await post(user, 2, { website });
      const codes = [await dueOf(user), requirements_after].map((due) => codesOf(due)['recommended']);
      expect([website, ...codes.map((all) => all?.includes('research_older_than_website'))]).toEqual([
        website,
        isOther,
        isOther,
      ]);
    }
  });

  it('forgets that the website changed when it changes back', async () => {
    const user = await app.as('changes back');
    const codes = async () => (await dueOf(user)).recommended.map(({ code }) => code);
    await finishDemanded(user);
    await post(user, 2, { website: 'https://moved.example' });
    expect(await codes()).toContain('research_older_than_website');
    await post(user, 2, WEBSITE);
    expect(await codes()).not.toContain('research_older_than_website');
  });

  it('has nothing of a change that was refused', async () => {
    const user = await app.as('refused');
    await finishDemanded(user);
    const before = await dueOf(user);
    expect((await user.post('/step/2/complete', { data: { website: 'localhost' } })).status).toBe(400);
    expect(await dueOf(user)).toEqual(before);
  });

  it('can complete exactly while `POST /complete` would succeed, also where no more events are allowed', async () => {
    for (const [name, room] of [
      ['no', 0],
      ['too little', 1],
      ['exact', 2],
      ['more', 3],
    ] as const) {
      const userId = `${name} room`;
      const user = await app.as(userId);
      await finishDemanded(user);
      for (const step of [4, 5]) await done(user.post(`/step/${step}/skip`));
      await app.database.query(`update onboarding_sessions set revision = $2 where user_id = $1`, [
        userId,
        MAX_EVENTS - room,
      ]);
      const { can_complete, blocked_by } = await dueOf(user);
      expect([name, blocked_by]).toEqual([name, []]);
      expect([name, (await user.post('/complete')).status === 200]).toEqual([name, can_complete]);
      expect([name, can_complete]).toEqual([name, room >= 2]);
    }
  });

  it('shows no key, and nothing of another user', async () => {
    const [owner, other] = [await app.as('owner of keys'), await app.as('somebody else')];
    await saveKey(owner, KEYS.openai);
    const before = (await other.get('/requirements')).text;
    await finishDemanded(owner);
    const { text } = await owner.get('/requirements');
    for (const { api_key } of [KEYS.openai, KEYS.gemini]) expect(text).not.toContain(api_key.slice(-8));
    expect((await other.get('/requirements')).text).toBe(before);
  });
});
