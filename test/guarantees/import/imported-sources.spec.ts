import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import { KeyStore } from '../../../src/onboarding/database/key-store.js';
import { OnboardingDatabaseService } from '../../../src/onboarding/database/onboarding-database.service.js';
import { stepState } from '../../../src/onboarding/flow/progress.js';
import { STEP_KEYS } from '../../../src/onboarding/flow/steps.js';
import type { ReportLine } from '../../../src/operations/legacy-import/import-report.js';
import { ImportRun, ImportSummary } from '../../../src/operations/legacy-import/import-run.js';
import { LegacySources } from '../../../src/operations/legacy-import/legacy-sources.js';
import { UserImport } from '../../../src/operations/legacy-import/user-import.js';
import {
  expectedUsers,
  LegacyFolder,
  legacyPostgres,
  legacyUserIds,
  type ExpectedUser,
} from '../../support/data/legacy-sources.js';
import { readEverything } from '../../support/data/read-everything.js';
import { TestDatabase } from '../../support/database/database.js';
import { TestApp } from '../../support/service/app.js';

const expected = expectedUsers();

let folder: LegacyFolder;
let legacy: TestDatabase;
let app: TestApp;

beforeAll(async () => {
  folder = new LegacyFolder();
  legacy = await TestDatabase.create({ migrated: false });
  await legacy.query(legacyPostgres());
});
afterAll(async () => {
  folder.remove();
  await legacy.drop();
});
beforeEach(async () => {
  app = await TestApp.start();
});
afterEach(() => app.stop());

/** The lines of a run over all users of these sources. */
async function importAll(from: readonly string[]): Promise<readonly ReportLine[]> {
  const sources = new LegacySources({ from, users: legacyUserIds(), user: null, env: [], timezone: 'UTC' });
  const options = { onConflict: 'skip', dryRun: false } as const;
  const users = new UserImport(app.nest.get(OnboardingDatabaseService), app.nest.get(KeyStore), options);
  const lines: ReportLine[] = [];
  const report = (line: ReportLine) => Promise.resolve(void lines.push(line));
  try {
    const importing = new ImportRun(users, report, new AbortController().signal);
    await importing.run(sources.users(), new ImportSummary(), () => undefined);
  } finally {
    await sources.close();
  }
  expect(JSON.stringify(lines)).not.toMatch(/CANARY|ca7a7a7/);
  return lines.filter(({ user_id }) => user_id !== null);
}

const outcomes = (lines: readonly ReportLine[]) => lines.map(({ outcome }) => outcome);

const inside = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((inner: unknown, key) => (inner as JsonObject | null | undefined)?.[key], value) ?? null;

/** What the service's own methods say of a user, in the words of `expected.json`. */
async function described({ user_id: userId, steps }: ExpectedUser) {
  const service = app.nest.get(OnboardingDatabaseService);
  const session = await service.getSessionByUser(userId);
  if (!session) return null;
  const [website, research, persona, competitors, keys] = await Promise.all([
    service.getWebsiteAnalysis(userId),
    service.getResearchPreferences(userId),
    service.getPersonaData(userId),
    service.getCompetitorAnalysis(userId),
    service.getApiKeys(userId),
  ]);
  const { body } = await (await app.as(userId)).get('/status');
  const found = STEP_KEYS.map((step, index) => {
    const { status } = stepState(session.progress, step);
    const wanted = steps[String(index + 1)];
    return [String(index + 1), [wanted].flat().includes(status) ? wanted : status];
  });
  return {
    steps: Object.fromEntries(found) as unknown,
    completed: body.is_completed as boolean,
    keys: Object.fromEntries([...keys].map(([provider, key]) => [provider, key.reveal().slice(-4)])),
    website_url: inside(website, 'website_url'),
    writing_tone: inside(website, 'writing_style', 'tone'),
    competitor_domains: competitors.map(({ domain }) => domain).sort(),
    persona: inside(persona, 'core_persona') !== null,
    persona_name: inside(persona, 'core_persona', 'identity', 'persona_name'),
    research_depth: inside(research, 'research_depth'),
  };
}

async function expectUsers(users: readonly ExpectedUser[]): Promise<void> {
  for (const user of users) {
    const found = await described(user);
    const { steps, completed, keys, website_url, writing_tone, persona, persona_name } = user;
    const depth = [user.research_depth].flat();
    expect({ user: user.user_id, ...found }).toEqual({
      user: user.user_id,
      ...{ steps, completed, keys, website_url, writing_tone, persona, persona_name },
      competitor_domains: [...user.competitor_domains].sort(),
      research_depth: depth.includes(found?.research_depth as string | null) ? found?.research_depth : depth,
    });
  }
}

describe('users of the older back end, by their source', () => {
  const sqlite = () => `sqlite:${folder.sqlite}`;

  it.each<[string, () => readonly string[], readonly ExpectedUser[], number]>([
    ['progress files', () => [folder.progressFiles], expected['progress-files'].users, 8],
    ['a SQLite database', () => [sqlite()], expected['alwrity-database'].users, 11],
    ['a PostgreSQL database', () => [legacy.ownerUrl], expected['alwrity-database'].users, 11],
    ['workspaces', () => [folder.workspace], expected.workspace.users, 3],
    ['workspaces of four pages', () => [folder.workspaceNext], expected['workspace-next'].users, 1],
    ['files and a database', () => [folder.progressFiles, sqlite()], expected['all-sources-together'].users, 18],
  ])('are here as they must be: %s', async (_, from, users, count) => {
    expect(outcomes(await importAll(from()))).toEqual(Array(count).fill('imported'));
    await expectUsers(users);
    for (const { user_id } of users) await readEverything(await app.as(user_id));
    const after = await app.database.dump();
    expect(JSON.stringify(after)).not.toMatch(/CANARY|ca7a7a7/);

    expect(outcomes(await importAll(from()))).toEqual(Array(count).fill('unchanged'));
    expect(await app.database.dump()).toEqual(after);
  });
});
