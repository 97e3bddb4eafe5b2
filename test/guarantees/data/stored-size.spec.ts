import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DocumentsTooLarge } from '../../../src/onboarding/database/document-sizes.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { TestApp } from '../../support/service/app.js';
import type { Client } from '../../support/service/client.js';
import { expectProblem } from '../../support/service/problems.js';
import { sample } from '../../support/data/samples.js';

const MEGABYTE = 1024 * 1024;

/** Bytes that all documents of one user may have, as JSON text of PostgreSQL's, and their keys and values. */
const MOST_BYTES = 10 * MEGABYTE;
const MOST_ITEMS = 30_000;

/** A list of so many values, itself among them. */
const list = (items: number) => Array.from({ length: items - 1 }, () => 0);

describe('what is stored of one user', () => {
  let app: TestApp;
  let users = 0;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  /** Somebody new, by name and by token. */
  async function newcomer(): Promise<{ id: string; client: Client }> {
    const id = `user ${++users}`;
    return { id, client: await app.as(id) };
  }

  interface Sizes {
    readonly session_bytes: number;
    readonly bytes: number;
    readonly items: number;
    readonly counted: number;
  }

  /** What the session says of the documents, and what they are. */
  async function sizes(userId: string): Promise<Sizes> {
    const [row] = await app.database.query<Sizes>(
      `with documents as (
         select to_jsonb(d) - $2::text[] as document from website_analyses d where user_id = $1 union all
         select to_jsonb(d) - $2::text[] from research_preferences d where user_id = $1 union all
         select to_jsonb(d) - $2::text[] from persona_data d where user_id = $1 union all
         select to_jsonb(d) - $2::text[] from platform_integrations d where user_id = $1 union all
         select details from competitor_analyses where user_id = $1
       ), items as (
         select count(*) as values,
                sum((select count(*) from jsonb_object_keys(case jsonb_typeof(v) when 'object' then v else '{}' end))) as keys
         from documents, jsonb_path_query(document, 'strict $.**') v
       )
       select document_bytes as session_bytes, document_items as items,
              (select sum(octet_length(document::text)) from documents)::int as bytes,
              (select values + keys from items)::int as counted
       from onboarding_sessions where user_id = $1`,
      [userId, ['user_id', 'id', 'session_id', 'created_at', 'updated_at']],
    );
    return row as Sizes;
  }

  /** Holds that a save is refused with the name of its step, and that it has changed nothing at all. */
  async function refuses(client: Client, step: number, data: JsonObject): Promise<void> {
    const before = await app.database.dump();
    const answer = await client.post(`/step/${step}/complete`, { data });
    expectProblem(answer, 413, step);
    expect(answer.body.detail).toMatch(new RegExp(`^Step ${step} .*10 MB and 30,000 keys and values`));
    expect(await app.database.dump()).toEqual(before);
  }

  it('is known to the byte, whichever step was saved last', async () => {
    const { id, client } = await newcomer();
    for (const step of [2, 3, 4, 5, 3, 2]) {
      expect((await client.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
      const { session_bytes, bytes, items, counted } = await sizes(id);
      expect([step, session_bytes]).toEqual([step, bytes]);
      expect(items).toBeGreaterThanOrEqual(counted);
    }
    expect((await client.post('/reset')).status).toBe(200);
    expect((await sizes(id)).session_bytes).toBe((await sizes(id)).bytes);
  });

  it('grows to 10 MB in all, and no further; less may be saved afterwards', async () => {
    const { id, client } = await newcomer();
    const image = 'x'.repeat(3 * MEGABYTE);
    for (const [step, data] of [
      [2, { website: 'example.com', image }],
      [5, { notes: 'a', image }],
      [4, { ...sample(4).data, brandAvatar: { image } }],
    ] as const) {
      expect((await client.post(`/step/${step}/complete`, { data })).status).toBe(200);
    }
    await refuses(client, 5, { another: image });
    await refuses(client, 3, { researchSummary: { image } });
    await refuses(client, 2, { website: 'example.com', image: 'x'.repeat(MOST_BYTES) });
    const { session_bytes } = await sizes(id);
    const rest = MOST_BYTES - session_bytes - 100;
    expect((await client.post('/step/5/complete', { data: { more: 'x'.repeat(rest) } })).status).toBe(200);
    expect((await client.post('/step/5/complete', { data: { notes: 'less', more: 'x' } })).status).toBe(200);
    expect((await client.post('/step/3/complete', { data: { researchSummary: { image: 'x' } } })).status).toBe(200);
  });

  it('may be 30,000 keys and values, and no more, however they have come together', async () => {
    const { id, client } = await newcomer();
    const half = list(MOST_ITEMS / 2 - 200);
    expect((await client.post('/step/2/complete', { data: { website: 'example.com', half } })).status).toBe(200);
    expect((await client.post('/step/5/complete', { data: { half } })).status).toBe(200);
    // The same once more is no more than before, though that was counted twice.
    for (let n = 0; n < 3; n++) expect((await client.post('/step/5/complete', { data: { half } })).status).toBe(200);
    const { items, counted } = await sizes(id);
    expect(items).toBe(counted);
    await refuses(client, 5, { more: list(MOST_ITEMS - counted) });
    await refuses(client, 3, { researchSummary: Object.fromEntries(list(20_000).map((value, n) => [`k${n}`, value])) });
    await refuses(client, 4, { ...sample(4).data, brandAvatar: { image: list(MOST_ITEMS + 1) } });
    expect((await client.post('/step/5/complete', { data: { half: [] } })).status).toBe(200);
    expect((await client.post('/step/3/complete', { data: { researchSummary: { a: list(5000) } } })).status).toBe(200);
  });

  it('counts as PostgreSQL writes it: short numbers may be long', async () => {
    const { client } = await newcomer();
    const tiny = (count: number) =>
      `{"data":{"providers":[${Array.from({ length: count }, () => '1e-300').join(',')}]}}`;
    expect((await client.send('POST', '/step/5/complete', tiny(20_000))).status).toBe(200);
    // Beyond 10 MB by its text, in the database alone.
    const other = await newcomer();
    const padded = tiny(25_000).replace('{"data":{', `{"data":{"notes":"a","image":"${'x'.repeat(3 * MEGABYTE)}",`);
    expectProblem(await other.client.send('POST', '/step/5/complete', padded), 413);
    expect((await other.client.get('/step/5')).body.data).toBeNull();
  });

  it('is bounded for callers in the process too, who may also clear it', async () => {
    const { id } = await newcomer();
    const service = app.nest.get(OnboardingDatabaseService);
    const crawl_result = { page: 'x'.repeat(6 * MEGABYTE) };
    await service.saveWebsiteAnalysis(id, { website_url: 'https://example.com', crawl_result });
    await expect(service.savePersonaData(id, { core_persona: crawl_result })).rejects.toThrow(DocumentsTooLarge);
    expect(await service.getPersonaData(id)).toBeNull();
    await service.saveWebsiteAnalysis(id, { crawl_result: null });
    expect(await service.savePersonaData(id, { core_persona: crawl_result })).toMatchObject({
      core_persona: crawl_result,
    });
    expect((await sizes(id)).session_bytes).toBe((await sizes(id)).bytes);
  });

  it('that reaches a limit of PostgreSQL’s own is a refusal, too', async () => {
    const { client } = await newcomer();
    await app.database.query(
      `create function refuse() returns trigger language plpgsql as
       $$ begin raise exception 'total size of jsonb object elements exceeds the maximum' using errcode = '54000'; end $$`,
    );
    await app.database.query(
      'create trigger refuse before insert on platform_integrations for each row execute function refuse()',
    );
    try {
      expectProblem(await client.post('/step/5/complete', sample(5)), 413);
      expect((await client.get('/status')).body.started_at).toBeNull();
    } finally {
      await app.database.query('drop function refuse cascade');
    }
  });
});
