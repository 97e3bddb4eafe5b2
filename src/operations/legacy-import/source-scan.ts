import { isUtf8 } from 'node:buffer';
import { opendir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { StartupError } from '../../ground/config/startup-error.js';
import { SourceConnection } from '../../storage/postgres/source-connection.js';
import { CONTEXT_FILES, readContextFile, type ContextFile } from './agent-context.js';
import type { Catalogue } from './catalogue.js';
import { isItsOwnId, nameOfProgressFile, strippedId } from './file-names.js';
import { BUSINESS, CHILD_TABLES, LegacyDatabase, SESSIONS, SourceDamaged } from './legacy-database.js';
import type { LocalTime } from './local-time.js';
import { PostgresSource } from './postgres-source.js';
import { POSTED_STEPS } from './posted-parts.js';
import { SqliteSource } from './sqlite-source.js';
import { Warnings } from './warnings.js';
import { trueUsers } from './workspace-users.js';

const WORKSPACE = 'workspace_';

/** The file of a user whose id was empty. */
const UNNAMED_FILE = '.onboarding_progress_.json';

/** Whom the wizard of shared databases names in each business. */
const EVERYBODY = '1';

/** Enters sources into the catalogue: who is where. */
export class SourceScan {
  /** Databases of all users, which stay open. */
  readonly databases = new Map<number, LegacyDatabase>();

  constructor(
    private readonly catalogue: Catalogue,
    private readonly time: LocalTime,
    private readonly hasList: boolean,
  ) {}

  /** @param from as given with `--from` @throws StartupError if it cannot be read at all */
  async add(from: string): Promise<void> {
    if (/^postgres(?:ql)?:\/\//i.test(from)) return this.#addPostgres(from);
    if (from.startsWith('sqlite:')) return this.#addSqlite(from.slice('sqlite:'.length));
    return this.#addFolder(from);
  }

  async close(): Promise<void> {
    for (const database of this.databases.values()) await database.close();
  }

  async #addPostgres(url: string): Promise<void> {
    const name = 'the PostgreSQL database';
    const connection = await SourceConnection.open('--from', url);
    await asStartupError(name, () =>
      this.#addShared('postgres', '', new LegacyDatabase(new PostgresSource(connection)), name),
    );
  }

  async #addSqlite(file: string): Promise<void> {
    const name = `sqlite:${file}`;
    await asStartupError(name, async () => {
      const database = new LegacyDatabase(await SqliteSource.open(resolve(file)));
      await this.#addShared('sqlite', resolve(file), database, name);
    });
  }

  async #addShared(kind: 'sqlite' | 'postgres', path: string, database: LegacyDatabase, name: string): Promise<void> {
    const number = this.catalogue.addDatabase({ kind, path, folder: '' });
    this.databases.set(number, database);
    if (!(await database.has(SESSIONS))) {
      throw new StartupError(`--from: ${name} has no table ${SESSIONS}: it is no database of the older back end.`);
    }
    let unnamed = 0;
    for await (const { id, owner } of database.places(SESSIONS)) {
      // Rows of a session without a user belong to nobody.
      if (owner) this.catalogue.addSession(number, id, owner);
      else unnamed += 1;
    }
    this.#leaveUnnamed(kind, '', unnamed);
    await this.#addChildren(number, database);
    for await (const { id, owner } of database.places(BUSINESS)) {
      this.catalogue.addBusiness(number, id, owner === EVERYBODY ? '' : (owner ?? ''));
    }
  }

  /** @param where in which of several sources of this kind */
  #leaveUnnamed(source: string, where: string, sessions: number): void {
    if (sessions === 0) return;
    const detail = `${where}${sessions} of ${SESSIONS} name no user: they are nobody’s.`;
    this.catalogue.addLeftover({ userId: null, source, warnings: [{ code: 'no_user', detail }], isFailure: false });
  }

  async #addChildren(number: number, database: LegacyDatabase): Promise<void> {
    for (const table of CHILD_TABLES) {
      for await (const { id, owner } of database.places(table)) this.catalogue.addChild(number, table, id, owner);
    }
  }

  async #addFolder(folder: string): Promise<void> {
    let found = 0;
    try {
      const name = basename(resolve(folder));
      if (name.startsWith(WORKSPACE)) {
        await this.#addWorkspace(resolve(folder));
        found += 1;
      }
      for await (const entry of await opendir(folder)) {
        const path = join(resolve(folder), entry.name);
        const user = nameOfProgressFile(entry.name);
        if (entry.name === UNNAMED_FILE) this.#leaveUnnamedFile();
        else if (user !== null) this.catalogue.addFile({ path, name: user });
        else if (entry.name.startsWith(WORKSPACE) && entry.isDirectory()) await this.#addWorkspace(path);
        else continue;
        found += 1;
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (error instanceof StartupError || code === undefined) throw error;
      throw new StartupError(`--from: ${folder} cannot be read (${code}).`);
    }
    if (found === 0) {
      throw new StartupError(`--from: ${folder} holds neither .onboarding_progress*.json nor workspace_* folders.`);
    }
  }

  #leaveUnnamedFile(): void {
    const detail = `${UNNAMED_FILE} has no id in its name: it was not imported.`;
    const warnings = [{ code: 'unknown_user', detail }];
    this.catalogue.addLeftover({ userId: null, source: 'progress-files', warnings, isFailure: false });
  }

  /** What is wrong with one workspace keeps no other user back. */
  async #addWorkspace(folder: string): Promise<void> {
    const userId = isItsOwnId(nameOf(folder)) ? nameOf(folder) : null;
    const leave = (code: string, detail: string, isFailure: boolean) =>
      this.catalogue.addLeftover({
        userId: isFailure ? userId : null,
        source: 'workspace',
        warnings: [{ code, detail: `${basename(folder)}: ${detail}` }],
        isFailure,
      });
    try {
      for (const file of await databasesIn(folder)) {
        const database = new LegacyDatabase(await SqliteSource.open(file));
        try {
          if (await this.catalogue.atomically(() => this.#addWorkspaceDatabase(folder, file, database))) return;
        } finally {
          await database.close();
        }
      }
      leave('not_started', 'it holds no session: this user has not started.', false);
    } catch (error) {
      if (!(error instanceof SourceDamaged)) throw error;
      leave('damaged_source', error.message, true);
    }
  }

  /** @returns whether there is a session */
  async #addWorkspaceDatabase(folder: string, file: string, database: LegacyDatabase): Promise<boolean> {
    const sessions: { id: string; userId: string }[] = [];
    let unnamed = 0;
    for await (const { id, owner } of database.places(SESSIONS)) {
      if (owner) sessions.push({ id, userId: owner });
      else unnamed += 1;
    }
    this.#leaveUnnamed('workspace', `${basename(folder)}: `, unnamed);
    if (sessions.length === 0) return false;
    const users = await this.#trueUsers(folder, database, sessions);
    const number = this.catalogue.addDatabase({ kind: 'workspace', path: file, folder });
    for (const { id, userId } of sessions) {
      const user = users.get(userId);
      if (user) this.catalogue.addSession(number, id, user);
    }
    await this.#addChildren(number, database);
    const distinct = [...new Set(users.values())].filter((user) => user !== null);
    const only = distinct.length === 1 ? distinct[0] : null;
    for await (const { id, owner } of database.places(BUSINESS)) {
      const user = owner ? owner !== EVERYBODY && users.get(owner) : only;
      this.catalogue.addBusiness(number, id, user || '');
    }
    return true;
  }

  async #trueUsers(folder: string, database: LegacyDatabase, sessions: readonly { id: string; userId: string }[]) {
    const name = nameOf(folder);
    const ids = [...new Set(sessions.map(({ userId }) => userId))];
    const given = this.catalogue.givenByStripped(name);
    // Nearly always the one session has an id that cannot be another one's short form.
    if (ids.every((id) => id !== name || isItsOwnId(id)) && ids.length === 1) return new Map(ids.map((id) => [id, id]));
    const withKeys = new Set<string | null>();
    for await (const { owner } of database.places('api_keys')) withKeys.add(owner);
    const rows = await database.rows(
      SESSIONS,
      sessions.map(({ id }) => id),
    );
    const active = new Set(
      rows.filter(({ id, progress }) => Number(progress) > 0 || withKeys.has(id ?? null)).map(({ user_id }) => user_id),
    );
    return trueUsers({
      name,
      users: ids.map((userId) => ({ userId, hasProgress: active.has(userId) })),
      given,
      hasList: this.hasList,
      inFiles: (await contextFiles(folder, this.time, new Warnings())).files.map(({ userId }) => userId),
    });
  }
}

const nameOf = (folder: string) => strippedId(basename(folder).slice(WORKSPACE.length));

/** The databases that there are, those of newer versions first. */
async function databasesIn(folder: string): Promise<readonly string[]> {
  const name = basename(folder).slice(WORKSPACE.length);
  const candidates = ['db', 'database'].flatMap((inner) =>
    [`alwrity_${name}.db`, 'alwrity.db'].map((file) => join(folder, inner, file)),
  );
  // A file without a byte is a database in which nobody has made a table.
  const found = await Promise.all(candidates.map(async (file) => ((await sizeOf(file)) ? file : null)));
  return found.filter((file) => file !== null);
}

/** Bytes of a file; null if there is none. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new SourceDamaged(`it cannot be read (${code}).`);
  }
}

/** The flat files of a workspace, and those that cannot be read. */
export async function contextFiles(
  folder: string,
  time: LocalTime,
  warnings: Warnings,
): Promise<{ readonly files: readonly ContextFile[]; readonly damaged: readonly string[] }> {
  const files: ContextFile[] = [];
  const damaged: string[] = [];
  for (const step of POSTED_STEPS) {
    const path = join(folder, 'agent_context', CONTEXT_FILES[step]);
    try {
      if ((await sizeOf(path)) !== null)
        files.push(readContextFile(step, await readText(path, warnings), time, warnings));
    } catch (error) {
      if (!(error instanceof SourceDamaged)) throw error;
      damaged.push(`${CONTEXT_FILES[step]}: ${error.message}`);
    }
  }
  return { files, damaged };
}

/** The text of a file. What is no UTF-8 in it becomes U+FFFD. @throws SourceDamaged */
export async function readText(path: string, warnings: Warnings): Promise<string> {
  try {
    const content = await readFile(path);
    if (!isUtf8(content)) {
      warnings.add('invalid_utf8', `${basename(path)} is no UTF-8: characters were replaced by U+FFFD.`);
    }
    return content.toString('utf8');
  } catch (error) {
    throw new SourceDamaged(`it cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** @param name of the source, as it was given */
async function asStartupError(name: string, use: () => Promise<void>): Promise<void> {
  try {
    await use();
  } catch (error) {
    if (!(error instanceof SourceDamaged)) throw error;
    throw new StartupError(`--from: ${name}: ${error.message}`);
  }
}
