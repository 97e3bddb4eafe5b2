import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import pg from 'pg';
import { CHANGES_CHANNEL, markOf } from '../../../src/onboarding/database/change-hints.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import { OnboardingProgressService } from '../../../src/onboarding/progress/onboarding-progress.service.js';
import { Findings, ProgressCheck } from '../../../src/operations/maintenance/progress-check.js';
import { ImportUndo } from '../../../src/operations/legacy-import/import-undo.js';
import { positionOf } from '../../../src/onboarding/database/session.js';
import { LegacyFolder } from '../../support/data/legacy-sources.js';
import { sample } from '../../support/data/samples.js';
import { eventually } from '../../support/process/deadline.js';
import { runImport } from '../../support/process/import-command.js';
import { TestApp } from '../../support/service/app.js';
import type { Client } from '../../support/service/client.js';

/** Every write of a user's onboarding is told to all processes, whatever wrote it; what changes nothing is not. */
describe('A hint', () => {
  let app: TestApp;
  let listener: pg.Client;
  let marks: string[];
  let users = 0;
  let user: string;
  let client: Client;

  beforeAll(async () => {
    app = await TestApp.start();
    listener = new pg.Client({ connectionString: app.database.appUrl });
    await listener.connect();
    await listener.query(`listen ${CHANGES_CHANNEL}`);
    listener.on('notification', ({ payload = '' }) => {
      for (let at = 8; at < payload.length; at += 11) marks.push(payload.slice(at, at + 11));
    });
  });
  afterAll(async () => {
    await listener?.end();
    await app?.stop();
  });
  beforeEach(async () => {
    marks = [];
    user = `hinted-${++users}`;
    client = await app.as(user);
  });

  const isToldOf = (userId: string) => eventually(`a hint of ${userId}`, () => marks.includes(markOf(userId)), 5000);

  /** The hint of a later write, by which every earlier one has come, too. */
  async function nothingWasTold(): Promise<void> {
    const marker = `marker-${users}`;
    await (await app.as(marker)).post('/start');
    await isToldOf(marker);
    expect(marks).toEqual([markOf(marker)]);
  }

  it('follows what a request writes, and a hard reset', async () => {
    expect((await client.post('/step/2/complete', sample(2))).status).toBe(200);
    await isToldOf(user);
    marks = [];
    expect((await client.post('/reset?hard=true')).status).toBe(200);
    await isToldOf(user);
  });

  it('follows what a module in the process writes', async () => {
    await app.nest.get(OnboardingProgressService).updateStep(user, 2);
    await isToldOf(user);
  });

  it('follows an import, and its undo', async () => {
    const folder = new LegacyFolder();
    try {
      expect((await runImport(app.database, ['--from', folder.progressFiles, '--timezone', 'UTC'])).code).toBe(0);
      const [imported] = await app.database.query<{ user_id: string; id: string; revision: string }>(
        `select user_id, id, revision from onboarding_sessions s
         where exists (select from progress_events e where e.user_id = s.user_id and type = 'onboarding_imported')`,
      );
      const { user_id: userId = '', id = '', revision = '' } = imported ?? {};
      await isToldOf(userId);
      marks = [];
      const undo = new ImportUndo(app.nest.get(OnboardingDatabaseService));
      expect(await undo.remove({ userId, position: positionOf({ id, revision: Number(revision) }) })).toBe('removed');
      await isToldOf(userId);
    } finally {
      folder.remove();
    }
  });

  it('follows a repair', async () => {
    await client.post('/step/2/complete', sample(2));
    await isToldOf(user);
    await app.database.query(`update onboarding_sessions set percentage_floor = 99 where user_id = $1`, [user]);
    marks = [];
    const owner = new pg.Client({ connectionString: app.database.ownerUrl });
    await owner.connect();
    try {
      const findings = new Findings('');
      await new ProgressCheck(owner, { repair: true }).run(findings, () => undefined);
      expect(findings.of('mended').ids).toContain(user);
    } finally {
      await owner.end();
    }
    await isToldOf(user);
  });

  it('does not follow reads, dry runs, writes that change nothing, and refused ones', async () => {
    await client.post('/step/2/complete', sample(2));
    await isToldOf(user);
    marks = [];
    expect((await client.get('/init')).status).toBe(200);
    expect((await client.post('/step/3/validate', sample(3))).status).toBe(200);
    expect((await client.post('/start')).status).toBe(200);
    expect((await client.post('/step/2/complete', { data: 7 })).status).toBe(400);
    expect((await client.post('/step/2/complete', sample(2), { 'if-match': '"0"' })).status).toBe(412);
    await nothingWasTold();
  });

  it('is one for many changes that come together', async () => {
    let notifications = 0;
    const count = () => notifications++;
    listener.on('notification', count);
    const service = app.nest.get(OnboardingProgressService);
    const together = Array.from({ length: 50 }, (_, n) => `${user}-${n}`);
    await Promise.all(together.map((each) => service.updateStep(each, 2)));
    for (const each of together) await isToldOf(each);
    await setImmediate();
    listener.off('notification', count);
    expect(notifications).toBeLessThan(25);
  });
});
