import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const ROOT = join(import.meta.dirname, '..');

type Import<Module> = () => Promise<Module>;

/** What the benchmark uses of the service: its build, as production runs it, and never its sources. */
export interface ServiceBuild {
  readonly folder: string;
  readonly embeddedPostgres: Import<typeof import('../src/database/embedded-postgres.js')>;
  readonly embeddedServer: Import<typeof import('../src/database/embedded-server.js')>;
  readonly prepareDatabase: Import<typeof import('../src/database/prepare-database.js')>;
  readonly session: Import<typeof import('../src/database/session.js')>;
  readonly snapshot: Import<typeof import('../src/database/snapshot.js')>;
  readonly documents: Import<typeof import('../src/database/documents.js')>;
  readonly sealedKeys: Import<typeof import('../src/database/sealed-keys.js')>;
  readonly websiteMapping: Import<typeof import('../src/database/entities/website-analysis.mapping.js')>;
  readonly facts: Import<typeof import('../src/personalization/facts.js')>;
}

export function serviceBuild(folder: string): ServiceBuild {
  const load =
    <Module>(file: string): Import<Module> =>
    () =>
      import(pathToFileURL(join(folder, file)).href) as Promise<Module>;
  return {
    folder,
    embeddedPostgres: load('database/embedded-postgres.js'),
    embeddedServer: load('database/embedded-server.js'),
    prepareDatabase: load('database/prepare-database.js'),
    session: load('database/session.js'),
    snapshot: load('database/snapshot.js'),
    documents: load('database/documents.js'),
    sealedKeys: load('database/sealed-keys.js'),
    websiteMapping: load('database/entities/website-analysis.mapping.js'),
    facts: load('personalization/facts.js'),
  };
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
