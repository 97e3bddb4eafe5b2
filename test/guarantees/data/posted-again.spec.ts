import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { TestApp } from '../../support/service/app.js';

/** Bytes that all documents of one user may have, as JSON text of PostgreSQL's. */
const MOST_BYTES = 10 * 1024 * 1024;

describe('what was saved', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it.each([
    [2, { website: 'example.com', crawl_result: { page: 'x'.repeat(MOST_BYTES - 5000) } }],
    [3, { researchSummary: { text: '\u0001"\\'.repeat(800_000) } }],
    [4, { corePersona: { identity: {} }, platformPersonas: { a: 'x'.repeat(MOST_BYTES - 5000) } }],
    [5, { integrations: { websitePlatforms: { a: 'x'.repeat(MOST_BYTES - 5000) } }, extra_page: 'é' }],
  ])('can be read in step %i and posted again as it was read, at its largest', async (step, data) => {
    const client = await app.as(`user of step ${step}`);
    const saved = await client.post(`/step/${step}/complete`, { data });
    expect(saved.status).toBe(200);
    const read = (await client.get(`/step/${step}`)).body.data as JsonObject;
    expect(Object.keys(read).length).toBeGreaterThan(3);
    expect((await client.post(`/step/${step}/complete`, { data: read })).status).toBe(200);
    const { updated_at: _before, ...before } = read;
    const { updated_at: _after, ...after } = (await client.get(`/step/${step}`)).body.data as JsonObject;
    // Compared as texts: a difference in ten megabytes is nothing to print.
    expect(JSON.stringify(after) === JSON.stringify(before)).toBe(true);
    expect((await client.post('/reset?hard=true')).status).toBe(200);
  });
});
