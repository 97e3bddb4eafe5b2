import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  expectTrueSizes,
  marksOf,
  MEGABYTE,
  persona,
  save,
  versionsOf,
  website,
} from '../../support/data/large-documents.js';
import { storedOnboardingOf } from '../../support/data/stored-onboarding.js';
import { TestDatabase } from '../../support/database/database.js';
import { TestApp } from '../../support/service/app.js';
import { done } from '../../support/service/done.js';
import { expectProblem } from '../../support/service/problems.js';

/** Bytes of versions that a user may have together. */
const MOST_BYTES = 32 * MEGABYTE;

describe.each([0, 1, 3])('of each document the last %i versions', (most) => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ environment: { DOCUMENT_VERSIONS: String(most) } });
  });
  afterAll(() => app.stop());

  it('stay, whatever becomes of the others; what is older is gone for reads and restores', async () => {
    const client = await app.as('kept');
    await done(client.post('/business-info', { business_description: 'Bread for the town' }));
    for (let turn = 1; turn <= 6; turn++) await save(client, website(`turn ${turn}`));
    await save(client, persona('only'));
    // Started, business, six times the website, the persona.
    const versions = await versionsOf(app.database, 'kept');
    const websites = [3, 4, 5, 6, 7, 8].slice(6 - most);
    expect(versions.map(({ document, revision }) => [document, revision])).toEqual([
      ...(most > 0 ? [['business_info', 2]] : []),
      ...websites.map((revision) => ['website_analyses', revision]),
      ...(most > 0 ? [['persona_data', 9]] : []),
    ]);
    for (const { bytes, measured } of versions) expect(bytes).toBe(measured);
    const { body } = await done(client.get('/history'));
    expect(body.items.map(({ documents }: { documents: string[] }) => documents)).toEqual([
      ['personalization'],
      ...Array(6).fill(['website']),
      ['business_info'],
      [],
    ]);
    // The website of a revision is the version of the next one.
    const { id } = await storedOnboardingOf(app.database, 'kept');
    const oldest = 8 - most;
    const shown = async (revision: number) => (await done(client.get(`/history/${revision}`))).body.documents.website;
    for (let revision = 1; revision <= 9; revision++) {
      const mark = revision < 3 ? null : `turn ${Math.min(revision, 8) - 2}`;
      expect([revision, await shown(revision)]).toEqual([
        revision,
        revision < oldest
          ? { available: false }
          : { available: true, document: mark && expect.objectContaining({ crawl_result: { text: mark } }) },
      ]);
    }
    const before = await storedOnboardingOf(app.database, 'kept');
    for (let revision = 1; revision < oldest; revision++) {
      for (const dry_run of [true, false]) {
        for (const steps of [['website'], ['website', 'integrations']]) {
          const answer = await client.post('/restore', { revision, what: 'data', steps, dry_run });
          expectProblem(answer, 410, revision);
          expect(answer.body.oldest_position).toBe(`${oldest}.${id}`);
          expect(answer.body.detail).toContain(`${oldest}.${id}`);
        }
      }
    }
    expect(await storedOnboardingOf(app.database, 'kept')).toEqual(before);
    const restored = await done(client.post('/restore', { revision: oldest, what: 'data', steps: ['website'] }));
    expect(restored.body.restored).toEqual({ progress: false, documents: most > 0 ? ['website'] : [] });
    expect((await client.get('/step/2')).body.data.crawl_result).toEqual({ text: `turn ${oldest - 2}` });
    // Progress takes no document.
    await done(client.post('/restore', { revision: 1, what: 'progress' }));
    expect((await client.get('/step/2')).body).toMatchObject({ status: 'pending', data: expect.anything() });
  });
});

describe('revisions from before events stated the progress', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  it('are listed, and gone for reads and restores of whatever part', async () => {
    const client = await app.as('early');
    for (const mark of ['one', 'two', 'three']) await save(client, website(mark));
    await app.database.query(`update progress_events set state = '{}', documents = '{}' where revision < 3`);
    await app.database.query('delete from document_versions where revision < 3');
    const { items } = (await done(client.get('/history'))).body;
    expect(items.map(({ progress }: { progress: unknown }) => progress !== null)).toEqual([true, true, false, false]);
    const before = await storedOnboardingOf(app.database, 'early');
    for (const revision of [1, 2]) {
      const answers = [await client.get(`/history/${revision}`)];
      for (const what of ['progress', 'data', 'all']) answers.push(await client.post('/restore', { revision, what }));
      for (const answer of answers) {
        expectProblem(answer, 410, revision);
        expect(answer.body.oldest_position).toBe(`3.${before.id}`);
      }
    }
    expect(await storedOnboardingOf(app.database, 'early')).toEqual(before);
    await done(client.post('/restore', { revision: 3, what: 'all' }));
    expect(await marksOf(app.database, 'early')).toMatchObject({ website: 'two' });
  });
});

describe('large documents', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await TestDatabase.create();
    app = await TestApp.start({ database });
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  it('have versions of 32 MB together: the oldest go first, whichever document they are of', async () => {
    const client = await app.as('large');
    await save(client, persona('one', 1));
    await save(client, persona('two', 1));
    for (const mark of ['one', 'two', 'three', 'four', 'five']) await save(client, website(mark, 8.5));
    const versions = await versionsOf(database, 'large');
    // The website before the revisions 6 to 8: a fourth of 8.5 MB would be too much, and what is older is gone, however small.
    expect(versions.map(({ document, revision }) => [document, revision])).toEqual(
      [6, 7, 8].map((revision) => ['website_analyses', revision]),
    );
    expect(versions.reduce((sum, { measured }) => sum + measured, 0)).toBeLessThanOrEqual(MOST_BYTES);
    for (const { bytes, measured } of versions) expect(bytes).toBe(measured);
    const { documents } = (await done(client.get('/history/4'))).body;
    expect(documents).toMatchObject({ website: { available: false }, personalization: { available: true } });
    expect((await done(client.get('/history/2'))).body.documents.personalization).toEqual({ available: false });
    const { id } = await storedOnboardingOf(database, 'large');
    const gone = await client.post('/restore', { revision: 4, what: 'all' });
    expectProblem(gone, 410);
    expect(gone.body.oldest_position).toBe(`5.${id}`);
    // The restore pushes out the version that it restores.
    await done(client.post('/restore', { revision: 5, what: 'all' }));
    expect((await versionsOf(database, 'large')).map(({ revision }) => revision)).toEqual([7, 8, 9]);
    expect(await marksOf(database, 'large')).toMatchObject({ website: 'two' });
    expect(await marksOf(database, 'large')).toMatchObject({ persona: 'two' });
    await expectTrueSizes(database, 'large');
    await done(client.post('/restore', { revision: 8, what: 'all' }));
    expect(await marksOf(database, 'large')).toMatchObject({ website: 'five' });
  });
});
