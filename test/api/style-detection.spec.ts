import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DOCUMENT_BODY_LIMIT } from '../../src/ground/http/route.js';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { StyleDetection } from '../../src/onboarding/steps/style-detection.service.js';
import { rowsOf } from '../support/data/filled-user.js';
import { sample } from '../support/data/samples.js';
import { wireTime } from '../support/database/wire-time.js';
import { TestApp } from '../support/service/app.js';
import type { Client } from '../support/service/client.js';
import { expectProblem } from '../support/service/problems.js';

const NOT_FOUND = { success: false, error: 'Analysis not found' };
const NOWHERE = '019a0000-0000-7000-8000-000000000001';
const ROW = { id: expect.any(String), created_at: wireTime(), updated_at: wireTime() };
const BRAND = ['brand_analysis', 'content_strategy_insights'];

const website = sample(2).data;
const analysis = website['analysis'] as JsonObject;

/** The sample's row: the seven guideline keys are in one document, and what has no column of its own is next to the columns. */
function expectedRow(): JsonObject {
  const { guidelines, best_practices, avoid_elements, content_strategy, ...others } = analysis;
  const { ai_generation_tips, competitive_advantages, content_calendar_suggestions, ...flat } = others;
  return {
    ...flat,
    style_guidelines: {
      guidelines,
      best_practices,
      avoid_elements,
      content_strategy,
      ai_generation_tips,
      competitive_advantages,
      content_calendar_suggestions,
    },
    website_url: 'https://example.com',
    crawl_result: website['crawlResult'],
    social_media_presence: null,
    social_media_accounts: null,
    status: null,
    domainName: 'example.com',
    email: 'owner@example.com',
    useAnalysisForGenAI: true,
    ...ROW,
  };
}

describe('style detection', () => {
  let app: TestApp;
  let withoutBrand: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { ENABLE_WEBSITE_BRAND_COLUMNS: 'true' } });
    withoutBrand = await TestApp.start({
      database: app.database,
      environment: { ENABLE_WEBSITE_BRAND_COLUMNS: 'false' },
    });
  });
  afterAll(async () => {
    await withoutBrand.stop();
    await app.stop();
  });

  async function save(user: Client, data: JsonObject = website): Promise<string> {
    const answer = await user.post('/step/2/complete', { data });
    expect([answer.status, answer.body.detail]).toEqual([200, undefined]);
    return answer.body.data.id;
  }

  const at = (id: string) => `/style-detection/analysis/${encodeURIComponent(id)}`;
  const find = async (user: Client, id: string) => (await user.get(at(id))).body;
  const put = (user: Client, id: string, body: unknown, headers?: Record<string, string>) =>
    user.send('PUT', at(id), JSON.stringify(body), headers);
  const remove = (user: Client, id: string, headers?: Record<string, string>) =>
    user.send('DELETE', at(id), undefined, headers);
  const check = async (user: Client, address: string) => {
    const answer = await user.get(`/style-detection/check-existing/${encodeURIComponent(address)}`);
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const rowIn = async (userId: string) =>
    (await app.database.query<JsonObject>('select * from website_analyses where user_id = $1', [userId]))[0];
  const eventsOf = async (userId: string) =>
    (
      await app.database.query<{ type: string; step: number }>(
        'select type, step from progress_events where user_id = $1 order by revision',
        [userId],
      )
    ).map(({ type, step }) => [type, step]);

  /** Writes that must change nothing, and leave no session where there is none. */
  async function changesNothing(userId: string, work: () => Promise<unknown>): Promise<void> {
    const before = await rowsOf(app.database, userId);
    await work();
    expect(await rowsOf(app.database, userId)).toEqual(before);
  }

  describe('the list', () => {
    it('has the one row, flat, without copies', async () => {
      const user = await app.as('listed');
      await save(user);
      const { status, body } = await user.get('/style-detection/session-analyses');
      expect([status, body]).toEqual([200, { success: true, analyses: [expectedRow()] }]);
    });

    it('is empty without a row, and makes none', async () => {
      await changesNothing('unlisted', async () => {
        const { body } = await (await app.as('unlisted')).get('/style-detection/session-analyses');
        expect(body).toEqual({ success: true, analyses: [] });
      });
    });
  });

  describe('an address', () => {
    it('with an analysis exists, with its date, id and summary', async () => {
      const user = await app.as('exists');
      const id = await save(user);
      const { writing_style, target_audience, content_type } = analysis;
      expect(await check(user, 'https://example.com')).toEqual({
        exists: true,
        analysis_date: (await find(user, id)).analysis.updated_at,
        analysis_id: id,
        summary: { writing_style, target_audience, content_type },
      });
    });

    it.each([
      ['https://example.com', 'https://example.com/', true],
      ['https://example.com', 'https://EXAMPLE.com', true],
      ['https://example.com', ' Example.com ', true],
      ['example.com', 'https://example.com:443', true],
      ['https://bücher.example', 'https://xn--bcher-kva.example/', true],
      ['https://example.com/a%2Fb?c=d%20e#f', 'https://example.com/a%2Fb?c=d%20e#f', true],
      ['https://example.com/Blog', 'https://example.com/blog', false],
      ['https://example.com/blog', 'https://example.com/blog/', false],
      ['https://example.com', 'http://example.com', false],
      ['https://example.com', 'https://www.example.com', false],
      ['https://example.com', 'https://example.org', false],
      ['https://example.com', 'not an address', false],
      ['https://example.com', 'http://localhost', false],
      ['https://example.com', 'null', false],
      ['https://example.com', '\u0000', false],
    ])('%s that is saved, and %s: %s', async (saved, asked, exists) => {
      const user = await app.as(`same-${saved}`);
      await save(user, { ...website, website: saved });
      expect((await check(user, asked)).exists).toBe(exists);
    });

    it.each([
      ['plain letters', 'p'.repeat(2048 - 'https://example.com/'.length)],
      ['slashes, each of them three characters of the request', '/'.repeat(2048 - 'https://example.com/'.length)],
    ])('may have 2,048 characters: %s', async (name, path) => {
      const user = await app.as(`long-${name}`);
      const address = `https://example.com/${path}`;
      await save(user, { ...website, website: address });
      expect((await check(user, address)).exists).toBe(true);
    });

    it.each<[string, JsonObject]>([
      ['only its address is saved', { website: 'https://example.com' }],
      [
        'what came with it is no analysis',
        { website: 'https://example.com', email: 'a@example.com', status: 'completed' },
      ],
      ['it failed', { ...website, analysis: { ...analysis, status: 'failed' } }],
      ['there is no address', { businessData: { name: 'Bicycles' }, analysis }],
    ])('does not exist where %s', async (name, data) => {
      const user = await app.as(`missing-${name}`);
      await save(user, data);
      expect(await check(user, 'https://example.com')).toEqual({ exists: false });
    });

    it('does not exist for a user who has saved nothing', async () => {
      await changesNothing('nobody', async () => {
        expect(await check(await app.as('nobody'), 'https://example.com')).toEqual({ exists: false });
      });
    });

    it('that is no path parameter is not there', async () => {
      const user = await app.as('malformed');
      const ask = (address: string) => user.get(`/style-detection/check-existing/${address}`);
      for (const address of ['%zz', 'https://example.com', '']) expectProblem(await ask(address), 404, address);
      expectProblem(await ask('x'.repeat(4097)), 414);
    });
  });

  describe('the analysis under its id', () => {
    it('is the row, with the sitemap analysis in the crawl result, too', async () => {
      const user = await app.as('found');
      const id = await save(user);
      const { sitemap_analysis } = analysis;
      expect(await find(user, id)).toEqual({
        success: true,
        analysis: { ...expectedRow(), crawl_result: { ...(website['crawlResult'] as JsonObject), sitemap_analysis } },
      });
      expect(await find(user, id.toUpperCase())).toMatchObject({ success: true });
    });

    it.each([
      ['a sitemap analysis alone', { sitemap_analysis: { total_urls: 2 } }, { sitemap_analysis: { total_urls: 2 } }],
      ['a crawl result alone', { crawl_result: { links: 3 } }, { links: 3 }],
      ['neither', {}, null],
    ])('has a crawl result as it should be with %s', async (name, data, expected) => {
      const user = await app.as(`crawl-${name}`);
      const id = await save(user, { website: 'https://example.com', ...data });
      expect((await find(user, id)).analysis.crawl_result).toEqual(expected);
    });

    it.each([NOWHERE, '0', '-1', 'null', 'undefined', '\u0000', '../x', 'x'.repeat(4000), "1' or '1'='1", '\u{1F600}'])(
      'is not found under %.40s, and nothing is changed',
      async (id) => {
        for (const name of ['with an analysis', 'without']) {
          const user = await app.as(name);
          if (name === 'with an analysis') await save(user);
          await changesNothing(name, async () => {
            for (const answer of [
              await user.get(at(id)),
              await put(user, id, { writing_style: { tone: 'odd' } }),
              await remove(user, id),
            ]) {
              expect([answer.status, answer.body]).toEqual([200, NOT_FOUND]);
            }
          });
        }
      },
    );

    it('of another user is not found, and is not changed', async () => {
      const id = await save(await app.as('owner'));
      const others = [await app.as('Owner'), await app.as('other')];
      await save(others[1] as Client);
      const before = await app.database.dump();
      for (const user of others) {
        for (const answer of [await user.get(at(id)), await put(user, id, analysis), await remove(user, id)]) {
          expect([answer.status, answer.body]).toEqual([200, NOT_FOUND]);
        }
      }
      expect(await app.database.dump()).toEqual(before);
    });
  });

  describe('a PUT', () => {
    it('saves what it holds and nothing else, as one change of step 2, which it does not complete', async () => {
      const user = await app.as('put');
      const id = await save(user);
      expect((await user.post('/reset')).status).toBe(200);
      const { status, body } = await put(user, id, {
        writing_style: { tone: 'dry' },
        best_practices: ['short'],
        unheardOf: { a: 1 },
      });
      expect([status, body]).toEqual([200, { success: true }]);
      const expected = expectedRow();
      expect((await user.get('/style-detection/session-analyses')).body.analyses).toEqual([
        {
          ...expected,
          writing_style: { tone: 'dry' },
          style_guidelines: { ...(expected['style_guidelines'] as JsonObject), best_practices: ['short'] },
          unheardOf: { a: 1 },
        },
      ]);
      expect((await eventsOf('put')).at(-1)).toEqual(['data_saved', 'website']);
      expect((await user.get('/step/2')).body).toMatchObject({ status: 'pending', completed_at: null });
    });

    it.each<[string, JsonObject]>([
      ['both', website],
      ['no crawl result', { website: 'https://example.com', sitemap_analysis: { total_urls: 2 } }],
      ['neither', { website: 'https://example.com', writing_style: { tone: 'dry' } }],
      [
        'the same sitemap analysis in both',
        { ...website, crawlResult: { sitemap_analysis: analysis['sitemap_analysis'] } },
      ],
    ])('takes back what was read, and leaves the row as it was, with %s', async (name, data) => {
      const user = await app.as(`reread-${name}`);
      const id = await save(user, data);
      const before = await rowIn(`reread-${name}`);
      const { analysis: found } = await find(user, id);
      const { analyses } = (await user.get('/style-detection/session-analyses')).body;
      for (const read of [found, analyses[0]]) expect((await put(user, id, read)).body).toEqual({ success: true });
      const after = await rowIn(`reread-${name}`);
      expect(after).toEqual({ ...before, updated_at: after?.['updated_at'] });
      expect((await find(user, id)).analysis).toEqual({ ...found, updated_at: wireTime() });
    });

    it('with an edit of what was read saves the edit', async () => {
      const user = await app.as('edited');
      const id = await save(user);
      const { analysis: read } = await find(user, id);
      const edited = {
        ...read,
        website_url: 'https://example.org',
        writing_style: { tone: 'dry' },
        crawl_result: { links: 1 },
      };
      expect((await put(user, id, edited)).body).toEqual({ success: true });
      expect((await user.get('/website-analysis')).body).toMatchObject({
        website_url: 'https://example.org',
        writing_style: { tone: 'dry' },
        crawl_result: { links: 1 },
      });
    });

    it.each([
      ['nothing', {}],
      ['blanks', { writing_style: null, status: '', website_url: null, other: '' }],
    ])('of %s writes nothing', async (_name, body) => {
      const user = await app.as('blank');
      const id = await save(user);
      await changesNothing('blank', async () => {
        expect((await put(user, id, body)).body).toEqual({ success: true });
      });
    });

    it('without a body writes nothing', async () => {
      const user = await app.as('bodiless');
      const id = await save(user);
      await changesNothing('bodiless', async () => {
        expect((await user.send('PUT', at(id))).body).toEqual({ success: true });
      });
    });

    it.each<[string, unknown]>([
      ['writing_style', 'casual'],
      ['target_audience', ['owners']],
      ['guidelines', 'be kind'],
      ['crawlResult', 5],
      ['status', {}],
      ['domainName', 7],
      ['website', 'http://localhost'],
      ['analysis', []],
    ])('names %s when it is %j', async (key, value) => {
      const user = await app.as('wrong');
      const id = await save(user);
      await changesNothing('wrong', async () => {
        const answer = await put(user, id, { seo_audit: { a: 1 }, [key]: value });
        expectProblem(answer, 400);
        expect(answer.body.errors).toEqual([{ pointer: `/${key}`, detail: expect.stringContaining(key) }]);
      });
    });

    it.each([[[]], ['text'], [7], [true], [null]])('refuses the body %j', async (body) => {
      const user = await app.as('bodies');
      const id = await save(user);
      await changesNothing('bodies', async () => {
        const answer = await put(user, id, body);
        // As everywhere, null is no body.
        if (body === null) expect(answer.body).toEqual({ success: true });
        else expectProblem(answer, 400);
      });
    });

    it('may have 1 MB', async () => {
      const user = await app.as('large');
      const id = await save(user);
      const body = JSON.stringify({ seo_audit: { a: 'b' } });
      const sized = (bytes: number) => ' '.repeat(bytes - body.length) + body;
      await changesNothing('large', async () => {
        expectProblem(await user.send('PUT', at(id), sized(DOCUMENT_BODY_LIMIT + 1)), 413);
      });
      expect((await user.send('PUT', at(id), sized(DOCUMENT_BODY_LIMIT))).body).toEqual({ success: true });
      expect((await find(user, id)).analysis.seo_audit).toEqual({ a: 'b' });
    });

    it('never stores what only the row can know', async () => {
      const user = await app.as('forged');
      const id = await save(user);
      const before = await rowIn('forged');
      const forged = { id: NOWHERE, user_id: 'other', session_id: NOWHERE, created_at: 'x', extra: { a: 1 } };
      expect((await put(user, id, { ...forged, seo_audit: { a: 1 } })).body).toEqual({ success: true });
      const after = await rowIn('forged');
      expect(after).toEqual({ ...before, seo_audit: { a: 1 }, updated_at: after?.['updated_at'] });
    });

    it('is refused in the process for the same reasons', async () => {
      const user = await app.as('inside');
      const id = await save(user);
      const analyses = app.nest.get(StyleDetection);
      await changesNothing('inside', async () => {
        for (const body of [[], 'text', { writing_style: 'casual' }, { seo_audit: { a: '\u0000' } }]) {
          await expect(analyses.update('inside', id, body)).rejects.toMatchObject({ status: 400 });
        }
        expect(await analyses.update('outside', id, analysis)).toEqual(NOT_FOUND);
      });
    });
  });

  describe('a DELETE', () => {
    it('clears the analysis, and keeps the address and what the page posts next to the analysis', async () => {
      const user = await app.as('deleted');
      const beside = { businessData: { name: 'Bicycles' }, integrations: { wordpress: true } };
      const id = await save(user, { ...website, ...beside, analysis: { ...analysis, status: 'completed' } });
      const accounts = { social_media_accounts: { line: '@example' } };
      expect((await user.post('/step/3/complete', { data: { ...sample(3).data, ...accounts } })).status).toBe(200);
      const { status, body } = await remove(user, id);
      expect([status, body]).toEqual([200, { success: true }]);

      const { id: _, created_at: __, updated_at: ___, ...kept } = (await find(user, id)).analysis;
      const held = Object.entries(kept as JsonObject).filter(([, value]) => value !== null);
      expect(Object.fromEntries(held)).toEqual({
        website_url: 'https://example.com',
        domainName: 'example.com',
        email: 'owner@example.com',
        useAnalysisForGenAI: true,
        ...beside,
        ...accounts,
      });
      expect(Object.keys(kept as JsonObject)).toEqual(expect.arrayContaining(['writing_style', 'status', ...BRAND]));
      expect((await eventsOf('deleted')).at(-1)).toEqual(['data_saved', 'website']);
      expect((await user.get('/step/2')).body).toMatchObject({ status: 'completed', data: { id } });
      expect(await check(user, 'https://example.com')).toEqual({ exists: false });
      expect((await user.get('/style-detection/session-analyses')).body.analyses).toHaveLength(1);
    });

    it('leaves the id, under which an analysis can be saved again', async () => {
      const user = await app.as('again');
      const id = await save(user);
      for (let time = 0; time < 2; time++) expect((await remove(user, id)).body).toEqual({ success: true });
      const writing_style = { tone: 'dry' };
      expect((await put(user, id, { writing_style })).body).toEqual({ success: true });
      expect(await check(user, 'https://example.com')).toMatchObject({ exists: true, analysis_id: id });
    });

    it('happens whole or not at all next to a save at the same time', async () => {
      const user = await app.as('race');
      const id = await save(user);
      const edit = { writing_style: { tone: 'dry' }, unheardOf: 1 };
      for (let round = 0; round < 10; round++) {
        const answers = await Promise.all([put(user, id, edit), remove(user, id)]);
        expect(answers.map(({ body }) => body)).toEqual([{ success: true }, { success: true }]);
        const { writing_style, unheardOf = null } = (await find(user, id)).analysis;
        expect([
          [null, null],
          [edit.writing_style, edit.unheardOf],
        ]).toContainEqual([writing_style, unheardOf]);
      }
    });
  });

  describe('brand analysis that is switched off', () => {
    it('is neither stored nor returned', async () => {
      const user = await withoutBrand.as('off');
      const id = await save(user);
      expect((await put(user, id, analysis)).body).toEqual({ success: true });
      expect(await rowIn('off')).toMatchObject({ brand_analysis: null, content_strategy_insights: null });
      await save(await app.as('off'));
      for (const { analysis: row } of [
        await find(user, id),
        { analysis: (await user.get('/style-detection/session-analyses')).body.analyses[0] },
      ]) {
        expect(row).toMatchObject({ writing_style: analysis['writing_style'] });
        for (const column of BRAND) expect(row).not.toHaveProperty(column);
      }
    });

    it('is cleared by a DELETE all the same', async () => {
      const id = await save(await app.as('off and gone'));
      expect(await rowIn('off and gone')).toMatchObject({ brand_analysis: analysis['brand_analysis'] });
      expect((await remove(await withoutBrand.as('off and gone'), id)).body).toEqual({ success: true });
      expect(await rowIn('off and gone')).toMatchObject({ brand_analysis: null, content_strategy_insights: null });
    });
  });

  it('needs a token', async () => {
    const nobody = app.anonymous();
    for (const path of ['session-analyses', 'check-existing/example.com', `analysis/${NOWHERE}`]) {
      expectProblem(await nobody.get(`/style-detection/${path}`), 401);
    }
    expectProblem(await put(nobody, NOWHERE, analysis), 401);
    expectProblem(await remove(nobody, NOWHERE), 401);
  });

  it.each([
    ['POST', 'complete'],
    ['POST', 'crawl'],
    ['POST', 'analyze'],
    ['GET', 'configuration-options'],
    ['GET', 'check-existing'],
    ['GET', 'analysis'],
    ['POST', 'session-analyses'],
    ['POST', `analysis/${NOWHERE}`],
  ])('has no %s %s, whatever the body is', async (method, path) => {
    const user = await app.as('elsewhere');
    const address = `/style-detection/${path}`;
    expectProblem(await user.send(method, address), 404);
    if (method === 'GET') return;
    expectProblem(await user.send(method, address, '{'), 404);
    expectProblem(await user.send(method, address, 'x', { 'content-type': 'multipart/form-data; boundary=x' }), 404);
  });
});
