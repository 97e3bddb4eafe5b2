import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Stops } from './processes.ts';

export const ROOT = join(import.meta.dirname, '..');

type Import<Module> = () => Promise<Module>;

/** What the benchmark uses of the service: its build, as production runs it, and never its sources. */
export interface ServiceBuild {
  readonly folder: string;
  readonly embeddedPostgres: Import<typeof import('../src/storage/postgres/embedded/embedded-postgres.js')>;
  readonly embeddedServer: Import<typeof import('../src/storage/postgres/embedded/embedded-server.js')>;
  readonly prepareDatabase: Import<typeof import('../src/storage/postgres/prepare-database.js')>;
  readonly securityHeaders: Import<typeof import('../src/ground/http/security-headers.js')>;
  readonly connections: Import<typeof import('../src/storage/wire/connections.js')>;
  readonly scope: Import<typeof import('../src/onboarding/database/scope.js')>;
  readonly sessions: Import<typeof import('../src/onboarding/database/records/onboarding-sessions.record.js')>;
  readonly advance: Import<typeof import('../src/onboarding/database/records/session-advance.record.js')>;
  readonly snapshot: Import<typeof import('../src/onboarding/database/snapshot.js')>;
  readonly persona: Import<typeof import('../src/onboarding/database/records/persona-data.record.js')>;
  readonly competitors: Import<typeof import('../src/onboarding/database/records/competitor-analyses.record.js')>;
  readonly research: Import<typeof import('../src/onboarding/database/records/research-preferences.record.js')>;
  readonly integrations: Import<typeof import('../src/onboarding/database/records/platform-integrations.record.js')>;
  readonly sealedKeys: Import<typeof import('../src/onboarding/database/records/sealed-keys.record.js')>;
  readonly website: Import<typeof import('../src/onboarding/database/records/website-analysis.record.js')>;
  readonly facts: Import<typeof import('../src/onboarding/personalization/facts.js')>;
  readonly operatorDatabase: Import<typeof import('../src/operations/database/operator-database.js')>;
  readonly basis: Import<typeof import('../src/operations/analytics/basis.js')>;
  readonly analyticsRefresh: Import<typeof import('../src/operations/analytics/analytics-refresh.js')>;
  readonly analyticsReads: Import<typeof import('../src/operations/analytics/analytics-reads.js')>;
}

export function serviceBuild(folder: string): ServiceBuild {
  const load =
    <Module>(file: string): Import<Module> =>
    () =>
      import(pathToFileURL(join(folder, file)).href) as Promise<Module>;
  return {
    folder,
    embeddedPostgres: load('storage/postgres/embedded/embedded-postgres.js'),
    embeddedServer: load('storage/postgres/embedded/embedded-server.js'),
    prepareDatabase: load('storage/postgres/prepare-database.js'),
    securityHeaders: load('ground/http/security-headers.js'),
    connections: load('storage/wire/connections.js'),
    scope: load('onboarding/database/scope.js'),
    sessions: load('onboarding/database/records/onboarding-sessions.record.js'),
    advance: load('onboarding/database/records/session-advance.record.js'),
    snapshot: load('onboarding/database/snapshot.js'),
    persona: load('onboarding/database/records/persona-data.record.js'),
    competitors: load('onboarding/database/records/competitor-analyses.record.js'),
    research: load('onboarding/database/records/research-preferences.record.js'),
    integrations: load('onboarding/database/records/platform-integrations.record.js'),
    sealedKeys: load('onboarding/database/records/sealed-keys.record.js'),
    website: load('onboarding/database/records/website-analysis.record.js'),
    facts: load('onboarding/personalization/facts.js'),
    operatorDatabase: load('operations/database/operator-database.js'),
    basis: load('operations/analytics/basis.js'),
    analyticsRefresh: load('operations/analytics/analytics-refresh.js'),
    analyticsReads: load('operations/analytics/analytics-reads.js'),
  };
}

/** A copy of a build that lacks one piece of its text, wherever the bundle has it. @throws where the piece is not there exactly once */
export function buildWithout(build: ServiceBuild, text: string, stops: Stops): ServiceBuild {
  const folder = join(ROOT, 'dist', `bench-${process.pid}`);
  cpSync(build.folder, folder, { recursive: true });
  stops.add(() => rmSync(folder, { recursive: true, force: true }));
  const files = globSync(['main.js', 'chunks/*.js'], { cwd: folder }).map((file) => join(folder, file));
  const holders = files.filter((file) => readFileSync(file, 'utf8').includes(text));
  const [holder] = holders;
  const parts = holder === undefined ? [] : readFileSync(holder, 'utf8').split(text);
  if (holder === undefined || holders.length > 1 || parts.length !== 2)
    throw new Error(`The build does not have this text exactly once: ${text}`);
  writeFileSync(holder, parts.join(''));
  return serviceBuild(folder);
}

/** How `npm start` runs Node. */
export async function nodeFlags(): Promise<readonly string[]> {
  return (await load('node-flags.mjs')).NODE_FLAGS;
}

const load = (name: string) => import(pathToFileURL(join(ROOT, 'scripts', name)).href) as Promise<Scripts>;

interface Scripts {
  readonly NODE_FLAGS: readonly string[];
  readonly ensureBuild: () => Promise<string>;
  readonly noteRunning: (root: string, pid: number) => () => void;
}

/** Builds what has changed. Nobody removes the build before `leave` is called. */
export async function ensureBuild(): Promise<{ build: ServiceBuild; leave: () => void }> {
  const { noteRunning } = await load('running.mjs');
  const leave = noteRunning(ROOT, process.pid);
  const { ensureBuild } = await load('build.mjs');
  return { build: serviceBuild(await ensureBuild()), leave };
}
