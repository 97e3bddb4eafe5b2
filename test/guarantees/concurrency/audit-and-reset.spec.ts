import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TestApp } from '../../support/service/app.js';
import { eventually } from '../../support/process/deadline.js';
import { fillEveryTable } from '../../support/data/filled-user.js';
import { pathOf } from '../../support/service/route-paths.js';
import { INTERNAL_ROUTES } from '../../support/service/routes.js';
import { ALL_SCOPES } from '../../support/data/sample-requests.js';

describe('a service that reads while the user deletes everything', () => {
  let app: TestApp;
  let reset: pg.Client;

  beforeAll(async () => {
    app = await TestApp.start();
    reset = new pg.Client({ connectionString: app.database.ownerUrl });
    await reset.connect();
  });
  afterAll(async () => {
    await reset.end();
    await app.stop();
  });

  it.each(Object.keys(INTERNAL_ROUTES))('%s is answered as before or after it', async (route) => {
    const userId = `user of ${route}`;
    await fillEveryTable(app, userId, 'mark');
    const service = await app.as('a service', { scope: ALL_SCOPES });
    await reset.query('begin');
    await reset.query('delete from onboarding_sessions where user_id = $1', [userId]);
    const answer = service.get(`/${pathOf(route, { userId, provider: 'gemini' })}`);
    await eventually('the record of the read waits for the reset', async () => {
      return (await app.database.query('select from pg_locks where not granted')).length > 0;
    });
    await reset.query('commit');
    // The key has gone with the rest, or was read before.
    expect(route.includes('api-keys') ? [200, 404] : [200]).toContain((await answer).status);
  });
});
