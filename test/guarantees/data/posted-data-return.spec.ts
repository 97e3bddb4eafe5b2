import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../../src/ground/config/configuration.js';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { TestApp, testEnvironment } from '../../support/service/app.js';
import type { Client } from '../../support/service/client.js';
import { TestDatabase } from '../../support/database/database.js';
import { eventually } from '../../support/process/deadline.js';
import { at, expectedLeaves, leaves } from '../../support/data/leaves.js';
import { sample } from '../../support/data/samples.js';
import { STEP_NUMBERS } from '../../support/data/step-numbers.js';
import { scratchDirectory } from '../../support/process/scratch-directory.js';
import { ServiceProcess } from '../../support/process/service-process.js';

async function post(user: Client): Promise<void> {
  for (const step of STEP_NUMBERS) {
    const { status, body } = await user.post(`/step/${step}/complete`, sample(step));
    expect([step, status, body.detail]).toEqual([step, 200, undefined]);
  }
  expect((await user.post('/complete')).status).toBe(200);
}

/** What the user reads: everything that must survive a restart. */
async function readAll(user: Client): Promise<JsonObject> {
  const paths = [
    '/init',
    '/status',
    '/progress',
    '/website-analysis',
    '/research-preferences',
    '/step4/persona-latest',
  ];
  const steps = STEP_NUMBERS.map((step) => `/step/${step}`);
  const answers = await Promise.all(
    [...paths, ...steps].map(async (path) => {
      const { status, body } = await user.get(path);
      expect([path, status]).toEqual([path, 200]);
      return [path, body] as const;
    }),
  );
  return Object.fromEntries(answers);
}

function expectEveryLeaf(read: JsonObject): void {
  const { steps } = (read['/init'] as { onboarding: { steps: { data: unknown }[] } }).onboarding;
  for (const step of [2, 3, 4, 5]) {
    const sources = [steps[step - 1]?.data, (read[`/step/${step}`] as { data: unknown }).data];
    for (const data of sources) {
      const expected = expectedLeaves(sample(step));
      expect(expected.map(([path]) => [path, at(data, path)])).toEqual(expected);
    }
  }
  expect(JSON.stringify(read)).not.toContain(String(at(sample(1).data, ['api_keys', 'gemini'])));
  expect((read['/status'] as JsonObject)['is_completed']).toBe(true);
}

describe('what the wizard posts comes back', () => {
  it('has leaves to compare in the samples of all steps with data', () => {
    expect([1, 2, 3, 4, 5, 6].map((step) => leaves(sample(step).data).length)).toEqual([3, 75, 42, 19, 15, 1]);
    // Those of the seven guideline keys twice: in the analysis, and where they were folded.
    expect(expectedLeaves(sample(2)).length).toBe(75 + 9);
  });

  describe('over HTTP', () => {
    let app: TestApp;

    beforeAll(async () => {
      app = await TestApp.start();
    });
    afterAll(() => app.stop());

    it('leaf by leaf', async () => {
      const user = await app.as('round trip');
      await post(user);
      expectEveryLeaf(await readAll(user));
    });

    it('and once more when the wizard posts back what it read', async () => {
      const user = await app.as('round and round');
      await post(user);
      for (const step of [2, 3, 4, 5]) {
        const { data } = (await user.get(`/step/${step}`)).body;
        expect((await user.post(`/step/${step}/complete`, { data })).status).toBe(200);
      }
      expectEveryLeaf(await readAll(user));
    });
  });

  /** Posts everything, kills the service without warning, starts it again, and reads. */
  async function surviveKill(environment: Environment): Promise<void> {
    const first = await ServiceProcess.start(environment);
    let before: JsonObject;
    try {
      const user = await first.as('survivor');
      await post(user);
      before = await readAll(user);
      expectEveryLeaf(before);
    } finally {
      await first.stop('SIGKILL');
    }
    const second = await ServiceProcess.start(environment);
    try {
      expect(second.pid).not.toBe(first.pid);
      const after = await readAll(await second.as('survivor'));
      expect(after).toEqual(before);
      expectEveryLeaf(after);
    } finally {
      await second.stop();
    }
  }

  it('after kill -9 of the service, with the embedded database', async () => {
    const directory = scratchDirectory();
    const { DATABASE_URL: _, ...environment } = testEnvironment('');
    try {
      await surviveKill({ ...environment, DATA_DIR: directory });
    } finally {
      await stopLeftOver(join(directory, 'database', 'postgres'));
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('after kill -9 of the service, with the database of an owner that is no superuser', async () => {
    const database = await TestDatabase.create({ migrated: false });
    try {
      const [owner] = await database.query('select rolsuper, rolbypassrls from pg_roles where rolname = current_user');
      expect(owner).toEqual({ rolsuper: false, rolbypassrls: false });
      await surviveKill({ ...testEnvironment(database.appUrl), DATABASE_MIGRATION_URL: database.ownerUrl });
    } finally {
      await database.drop();
    }
  });
});

/** A service that was killed leaves its PostgreSQL behind; the second one stops it, unless the test failed before. */
async function stopLeftOver(directory: string): Promise<void> {
  const file = join(directory, 'postmaster.pid');
  if (!existsSync(file)) return;
  process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGINT');
  await eventually('PostgreSQL has stopped', () => !existsSync(file));
}
