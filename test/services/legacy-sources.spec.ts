import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import type { JsonObject } from '../../src/ground/problems/json.js';
import { STEP_KEYS } from '../../src/onboarding/flow/steps.js';
import { LegacySources, type SourceOptions } from '../../src/operations/legacy-import/legacy-sources.js';
import type { Leftover, LegacyUser } from '../../src/operations/legacy-import/legacy-user.js';
import {
  expectedUsers,
  LegacyFolder,
  legacyPostgres,
  legacyUserIds,
  type ExpectedUser,
} from '../support/data/legacy-sources.js';
import { TestDatabase } from '../support/database/database.js';

const expected = expectedUsers();
const IDS = legacyUserIds();

let folder: LegacyFolder;
let postgres: TestDatabase;

beforeAll(async () => {
  folder = new LegacyFolder();
  postgres = await TestDatabase.create({ migrated: false });
  await postgres.query(legacyPostgres());
});

afterAll(async () => {
  folder.remove();
  await postgres.drop();
});

interface Read {
  readonly users: readonly LegacyUser[];
  readonly leftovers: readonly Leftover[];
}

async function read(options: Partial<SourceOptions>): Promise<Read> {
  const sources = new LegacySources({ from: [], users: IDS, user: null, env: [], timezone: 'UTC', ...options });
  const users: LegacyUser[] = [];
  const leftovers: Leftover[] = [];
  try {
    const count = await sources.count();
    for await (const found of sources.users()) {
      if ('user' in found) users.push(found.user);
      else leftovers.push(found.leftover);
    }
    expect(users.length + leftovers.filter(({ userId }) => userId !== null).length).toBe(count);
  } finally {
    await sources.close();
  }
  return { users, leftovers };
}

const inside = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((inner: unknown, key) => (inner as JsonObject | undefined)?.[key], value);

/** A user in the words of `expected.json`. */
function described(user: LegacyUser) {
  const { progress, website, research, competitors, persona, integrations, business } = user;
  return {
    user_id: user.userId,
    steps: Object.fromEntries(STEP_KEYS.map((key, index) => [String(index + 1), progress.steps[key].status])),
    completed: progress.completedAt !== null,
    keys: Object.fromEntries(user.keys.map(({ provider, key }) => [provider, key.reveal().slice(-4)])),
    website_url: website?.value['website_url'] ?? null,
    writing_tone: inside(website?.value, 'writing_style', 'tone') ?? null,
    competitor_domains: (competitors?.value ?? []).map(({ domain }) => domain).sort(),
    research_depth: research?.value['research_depth'] ?? null,
    persona: persona?.value['core_persona'] !== undefined,
    persona_name: inside(persona?.value, 'core_persona', 'identity', 'persona_name') ?? null,
    // Given of some users only.
    current_step: progress.currentStep === null ? undefined : STEP_KEYS.indexOf(progress.currentStep) + 1,
    started_at: progress.startedAt.toISOString().slice(0, 19) + 'Z',
    completed_at: progress.completedAt && progress.completedAt.toISOString().slice(0, 19) + 'Z',
    business_description: business?.value['business_description'] ?? null,
    industry_focus: inside(website?.value, 'target_audience', 'industry_focus') ?? null,
    brand_voice: inside(website?.value, 'brand_analysis', 'brand_voice') ?? null,
    content_types: research?.value['content_types'] ?? null,
    auto_research: research?.value['auto_research'] ?? null,
    connected_platforms: integrations?.value['connected_platforms'] ?? null,
    social_media_facebook: inside(website?.value, 'social_media_accounts', 'facebook') ?? null,
    crawled_characters: JSON.stringify(website?.value['crawl_result'] ?? null).length,
  };
}

type Described = ReturnType<typeof described>;

const NOT_COMPARED = ['note', 'predecessor_says', 'crawled_characters_at_least'];

/** What is wrong with a user, by the keys that `expected.json` gives. */
function faults(wanted: ExpectedUser, user: LegacyUser | undefined): string[] {
  if (!user) return [`${wanted.user_id} is missing`];
  const found = described(user);
  const wrong = Object.entries(wanted).filter(
    ([key, value]) => !NOT_COMPARED.includes(key) && !fits(key, value, found),
  );
  const characters = (wanted['crawled_characters_at_least'] as number | undefined) ?? 0;
  return [
    ...wrong.map(
      ([key, value]) => `${wanted.user_id} ${key}: ${inspect(found[key as keyof Described])}, not ${inspect(value)}`,
    ),
    ...(found.crawled_characters < characters ? [`${wanted.user_id} has lost crawled text`] : []),
  ];
}

function fits(key: string, wanted: unknown, found: Described): boolean {
  const value = found[key as keyof Described];
  if (key === 'steps') {
    return Object.entries(wanted as JsonObject).every(([number, status]) =>
      [status].flat().includes(found.steps[number]),
    );
  }
  if (key === 'completed_at') return (wanted as string).split(' or ').some((time) => inspect(value).includes(time));
  if (key === 'competitor_domains') return inspect([...(wanted as string[])].sort()) === inspect(value);
  if (key === 'research_depth') return [wanted].flat().includes(value);
  return inspect(wanted, { depth: null }) === inspect(value, { depth: null });
}

function expectAll(wanted: readonly ExpectedUser[], { users }: Read): void {
  expect(
    wanted.flatMap((one) =>
      faults(
        one,
        users.find(({ userId }) => userId === one.user_id),
      ),
    ),
  ).toEqual([]);
  expect(users.map(({ userId }) => userId).sort()).toEqual(wanted.map((one) => one.user_id).sort());
}

describe('the users of the older back end', () => {
  it('are in progress files; everybody’s file is left', async () => {
    const found = await read({ from: [folder.progressFiles] });
    expectAll(expected['progress-files'].users, found);
    expect(found.leftovers).toEqual([
      expect.objectContaining({ userId: null, source: 'progress-files', isFailure: false }),
    ]);
    expect(found.leftovers[0]?.warnings[0]?.detail).toContain('.onboarding_progress.json');
  });

  it('are in progress files without a list of ids', async () => {
    expectAll(expected['progress-files'].users, await read({ from: [folder.progressFiles], users: null }));
  });

  it('include the one whom everybody’s progress file is given to', async () => {
    const { users } = await read({ from: [folder.progressFiles], user: 'the one user' });
    const user = users.find(({ userId }) => userId === 'the one user');
    expect(user && described(user)).toMatchObject({ completed: true, keys: {}, website_url: null });
    expect(Object.values(user?.progress.steps ?? {}).map(({ status }) => status)).toEqual(Array(6).fill('completed'));
    expect(['2025-08-06T09:06', '2025-08-06T09:07']).toContain(user?.progress.completedAt?.toISOString().slice(0, 16));
  });

  it.each(['SQLite', 'PostgreSQL'])('are in the database of all users, in %s', async (kind) => {
    const found = await read({ from: [kind === 'SQLite' ? `sqlite:${folder.sqlite}` : postgres.ownerUrl] });
    expectAll(expected['alwrity-database'].users, found);
    expect(found.leftovers).toHaveLength(1);
    expect(found.leftovers[0]?.warnings[0]?.detail).toContain('user_business_info');
  });

  it('are in workspaces; a visitor is left', async () => {
    const found = await read({ from: [folder.workspace] });
    expectAll(expected.workspace.users, found);
    expect(found.leftovers).toHaveLength(1);
    expect(found.leftovers[0]?.warnings[0]?.detail).toContain('workspace_user_2wVisitor0000000000000004');
  });

  it('are in workspaces that number the steps by four', async () => {
    const found = await read({ from: [folder.workspaceNext] });
    expectAll(expected['workspace-next'].users, found);
    expect(found.users.map(({ progress }) => progress.onboardingType)).toEqual(['website']);
  });

  it('are merged from files and a database', async () => {
    const { users } = await read({ from: [folder.progressFiles, `sqlite:${folder.sqlite}`] });
    const wanted = expected['all-sources-together'].users;
    expect(
      wanted.flatMap((one) =>
        faults(
          one,
          users.find(({ userId }) => userId === one.user_id),
        ),
      ),
    ).toEqual([]);
  });

  it('are all found in all sources together, each once', async () => {
    const { users } = await read({
      from: [
        folder.progressFiles,
        `sqlite:${folder.sqlite}`,
        postgres.ownerUrl,
        folder.workspace,
        folder.workspaceNext,
      ],
    });
    expect(users.map(({ userId }) => userId).sort()).toEqual([...IDS].sort());
    expect(users.length).toBe(expected.users);
    expect(users.find(({ userId }) => userId === 'user_2mBothPlaces00000000000001')?.source).toBe(
      'postgres, progress-files, sqlite',
    );
  });

  it.each([
    ['backend.env', { gemini: '89c7', exa: 'c987', openai: 'ca7e' }],
    ['frontend.env', { copilotkit: '4ca3' }],
  ])('get the keys of %s only by name', async (file, keys) => {
    const { users } = await read({ env: [folder.file(`env/${file}`)], user: 'the one user' });
    expect(users.map((user) => described(user).keys)).toEqual([keys]);
    await expect(read({ env: [folder.file(`env/${file}`)] })).rejects.toThrow('--env needs --user');
  });

  it('come without tokens of other platforms, and show no key', async () => {
    const found = await read({
      from: [folder.progressFiles, `sqlite:${folder.sqlite}`, folder.workspace, folder.workspaceNext],
      env: [folder.backendEnv],
      user: 'the one user',
    });
    const printed =
      inspect(found, { depth: null, showHidden: true, maxArrayLength: null, maxStringLength: null }) +
      JSON.stringify(found);
    expect(expected.must_not_appear.filter((secret) => printed.includes(secret))).toEqual([]);
    expect(printed).not.toMatch(/AIzaCANARY|ca7a7a7|ck_pub_CANARY|sk-CANARY|tvly-CANARY/);
  });
});
