import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { testEnvironment } from '../../support/service/app.js';
import { TestDatabase } from '../../support/database/database.js';
import { ServiceProcess } from '../../support/process/service-process.js';

describe('the bundle', () => {
  let database: TestDatabase;
  let service: ServiceProcess;

  beforeAll(async () => {
    database = await TestDatabase.create();
    const operators = { DATABASE_OPERATOR_URL: database.operatorUrl, JOBS: 'off' };
    service = await ServiceProcess.start(testEnvironment(database.appUrl, operators));
  });
  afterAll(async () => {
    service.kill('SIGKILL');
    await service.ended();
    await database.drop();
  });

  it('describes the API by the names that the sources have', async () => {
    const { components } = (await (await fetch(`${service.url}/openapi.json`)).json()) as { components: unknown };
    const ofSources = JSON.parse(readFileSync('client/openapi.json', 'utf8')) as { components: unknown };
    expect(components).toEqual(ofSources.components);
  });

  it('has the page for developers next to it, and says where a local service shows it', async () => {
    expect(service.stdout).toContain(`A page to see it live              ${service.url}/demo\n`);
    const page = await (await fetch(`${service.url}/demo`)).text();
    for (const [, path = ''] of page.matchAll(/\b(?:src|href)="([^"]+)"/g)) {
      expect([path, (await fetch(service.url + path)).status]).toEqual([path, 200]);
    }
  });
});
