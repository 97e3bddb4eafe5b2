import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { sample } from '../support/data/samples.js';
import { wireTime } from '../support/database/wire-time.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { expectProblem } from '../support/service/problems.js';

const NONE = { competitors: [], count: 0, session_id: null };

describe('the competitor analysis', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  async function save(user: Client, competitors: readonly JsonObject[]): Promise<void> {
    const { data } = sample(3);
    const answer = await user.post('/step/3/complete', { data: { ...data, competitors } });
    expect([answer.status, answer.body.detail]).toEqual([200, undefined]);
  }

  const read = async (user: Client) => {
    const { status, body } = await user.get('/competitor-analysis');
    expect(status).toBe(200);
    return body;
  };

  it('has the saved competitors as they were posted, in their order', async () => {
    const user = await app.as('saved');
    const competitors = sample(3).data['competitors'] as JsonObject[];
    await save(user, competitors);
    expect(competitors.length).toBeGreaterThan(1);
    expect(await read(user)).toEqual({
      competitors: competitors.map((competitor) => ({
        url: competitor['url'],
        domain: competitor['domain'],
        analysis_date: wireTime(),
        analysis_data: competitor,
        status: 'completed',
      })),
      count: competitors.length,
      session_id: 'saved',
    });
  });

  it('is dated by when each was saved', async () => {
    const user = await app.as('dated');
    await save(user, [{ url: 'https://rival.example' }]);
    await app.database.query(
      `update competitor_analyses set created_at = '2026-02-03T04:05:06.789+07' where user_id = 'dated'`,
    );
    expect((await read(user)).competitors).toMatchObject([{ analysis_date: '2026-02-02T21:05:06.789Z' }]);
  });

  it('is empty before anything is saved, for a session without competitors, and after a hard reset', async () => {
    const user = await app.as('none');
    expect(await read(user)).toEqual(NONE);
    expect((await user.get('/status')).body.started_at).toBeNull();
    expect((await user.post('/start')).status).toBe(200);
    expect(await read(user)).toEqual(NONE);
    await save(user, [{ url: 'https://rival.example' }]);
    expect((await user.post('/reset?hard=true')).status).toBe(200);
    expect(await read(user)).toEqual(NONE);
  });

  it.each<[string, JsonObject, string | null, string | null]>([
    [
      'both',
      { url: 'https://www.rival.example/blog', domain: 'rival.example' },
      'https://www.rival.example/blog',
      'rival.example',
    ],
    ['no domain', { url: 'https://Rival.example:8443/blog' }, 'https://Rival.example:8443/blog', 'rival.example'],
    ['a blank domain', { url: 'https://rival.example', domain: ' ' }, 'https://rival.example', 'rival.example'],
    ['a url that is none', { url: 'rival of ours' }, 'rival of ours', null],
    ['a domain alone', { domain: 'rival.example' }, null, 'rival.example'],
    ['other types', { url: 7, domain: ['rival.example'] }, null, null],
    ['neither', { title: 'Rival' }, null, null],
  ])('shows url and domain of a competitor with %s', async (name, competitor, url, domain) => {
    const user = await app.as(name);
    await save(user, [competitor]);
    expect((await read(user)).competitors).toMatchObject([{ url, domain, analysis_data: competitor }]);
  });

  it('is whole where the documents are large', async () => {
    const user = await app.as('large');
    const competitors = [{ url: 'https://rival.example', summary: 'x'.repeat(700_000) }];
    await save(user, competitors);
    expect((await read(user)).competitors).toMatchObject([{ analysis_data: competitors[0] }]);
  });

  it('is the caller’s own, and needs a token', async () => {
    await save(await app.as('owner'), [{ url: 'https://rival.example' }]);
    expect(await read(await app.as('Owner'))).toEqual(NONE);
    expectProblem(await app.anonymous().get('/competitor-analysis'), 401);
  });
});
