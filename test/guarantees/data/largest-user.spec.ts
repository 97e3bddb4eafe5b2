import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testEnvironment } from '../../support/service/app.js';
import { TestDatabase } from '../../support/database/database.js';
import { ServiceProcess } from '../../support/process/service-process.js';
import { token } from '../../support/service/tokens.js';

const MEGABYTE = 1024 * 1024;

describe('the user who has stored most', () => {
  let database: TestDatabase;
  let service: ServiceProcess;
  beforeAll(async () => {
    database = await TestDatabase.create();
    // The service's own bounds, not those of a busy test machine.
    const environment = testEnvironment(database.appUrl, {
      DATABASE_TIMEOUT_MS: '60000',
      MAX_EVENT_LOOP_DELAY_MS: '1000',
    });
    service = await ServiceProcess.start(environment);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('may read it 20 times at once: nobody else is refused, and each answer is whole', async () => {
    const large = await service.as('large');
    const text = 'x'.repeat(4 * MEGABYTE);
    const data = { website: 'example.com', crawl_result: { text, items: Array.from({ length: 29_000 }, () => 0) } };
    expect((await large.post('/step/2/complete', { data })).status).toBe(200);
    const expected = (await large.get('/init')).text.length;
    expect(expected).toBeGreaterThan(2 * text.length);
    const other = await service.as('other');
    const authorization = `Bearer ${await token('large')}`;
    let reading = true;
    const reads = Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await fetch(`${service.url}/api/onboarding/init`, { headers: { authorization } });
        return [answer.status, (await answer.text()).length];
      }),
    ).finally(() => (reading = false));
    const statuses: number[] = [];
    while (reading) statuses.push((await other.get('/status')).status);
    expect(await reads).toEqual(Array.from({ length: 20 }, () => [200, expected]));
    expect(statuses.length).toBeGreaterThan(5);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});
