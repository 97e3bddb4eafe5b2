import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CONTEXT_FILES, documentsOfContext, type ContextFile } from './agent-context.js';
import type { Catalogue, SessionPlace } from './catalogue.js';
import { documentsOfRows } from './database-documents.js';
import type { Holdings } from './holdings.js';
import {
  BUSINESS,
  CHILD_TABLES,
  LegacyDatabase,
  SESSIONS,
  SourceDamaged,
  type LegacyTable,
  type TextRow,
} from './legacy-database.js';
import { keysByProvider, type FoundKey } from './legacy-keys.js';
import type { Found, Warning } from './legacy-user.js';
import { earliest, type LocalTime } from './local-time.js';
import { mergeUser } from './merge-user.js';
import { fillGaps } from './posted-parts.js';
import { readProgressFile } from './progress-file.js';
import { byAge, savedAt } from './rows.js';
import { Secret } from '../../ground/secrets/secret.js';
import { progressOfSessions, readSession } from './session-progress.js';
import { contextFiles, readText } from './source-scan.js';
import { SqliteSource } from './sqlite-source.js';
import { Warnings } from './warnings.js';

/** Keys of a deployment's environment, and the one user whom they are given to. */
export interface EnvironmentKeys {
  readonly userId: string;
  readonly keys: readonly FoundKey[];
  /** When the file was changed last. */
  readonly changedAt: Date;
  readonly warnings: readonly Warning[];
}

/** The rows of some users by their places. */
type Rows = ReadonlyMap<string, TextRow>;

const placeOf = (database: number, table: LegacyTable, id: string) => `${database} ${table} ${id}`;

/** Where the rows of one user are. */
interface UserPlaces {
  readonly userId: string;
  readonly sessions: readonly SessionPlace[];
  readonly children: readonly (readonly [
    database: number,
    table: (typeof CHILD_TABLES)[number],
    ids: readonly string[],
  ])[];
  readonly businesses: readonly { readonly database: number; readonly id: string }[];
}

/** Reads users whom the catalogue knows from all of their sources. */
export class UserReader {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly databases: ReadonlyMap<number, LegacyDatabase>,
    private readonly time: LocalTime,
    private readonly environment: EnvironmentKeys | null,
  ) {}

  /** Some users at once, so that a distant database is asked seldom. A damaged row fails its own user alone. */
  async *read(userIds: readonly string[]): AsyncIterable<Found> {
    const places = userIds.map((userId) => this.#placesOf(userId));
    let rows: Rows;
    try {
      rows = await this.#rowsOf(places);
    } catch (error) {
      if (!(error instanceof SourceDamaged)) throw error;
      const [userId] = userIds;
      if (userIds.length > 1) for (const id of userIds) yield* this.read([id]);
      else if (userId !== undefined) yield failure(userId, this.#kindsOf(places).join(', '), error.message);
      return;
    }
    for (const user of places) yield* this.#readUser(user, rows);
  }

  #placesOf(userId: string): UserPlaces {
    const sessions = this.catalogue.sessionsOf(userId);
    const children = sessions.flatMap((session) =>
      [...this.catalogue.childrenOf(session)].map(([table, ids]) => [session.database, table, ids] as const),
    );
    return { userId, sessions, children, businesses: this.catalogue.businessesOf(userId) };
  }

  #kindsOf(places: readonly UserPlaces[]): string[] {
    const numbers = places.flatMap(({ sessions, businesses }) =>
      [...sessions, ...businesses].map(({ database }) => database),
    );
    return [...new Set(numbers.map((number) => this.catalogue.database(number).kind))];
  }

  async #rowsOf(users: readonly UserPlaces[]): Promise<Rows> {
    const wanted = new Map<number, Map<LegacyTable, string[]>>();
    const want = (database: number, table: LegacyTable, ids: readonly string[]) => {
      const tables = wanted.get(database) ?? new Map<LegacyTable, string[]>();
      wanted.set(database, tables.set(table, [...(tables.get(table) ?? []), ...ids]));
    };
    for (const { sessions, children, businesses } of users) {
      for (const { database, sessionId, hasRow } of sessions) if (hasRow) want(database, SESSIONS, [sessionId]);
      for (const [database, table, ids] of children) if (ids.length > 0) want(database, table, ids);
      for (const { database, id } of businesses) want(database, BUSINESS, [id]);
    }
    const rows = new Map<string, TextRow>();
    for (const [number, tables] of wanted) {
      await this.#withDatabase(number, async (database) => {
        for (const [table, ids] of tables) {
          for (const row of await database.rows(table, ids)) rows.set(placeOf(number, table, row['id'] ?? ''), row);
        }
      });
    }
    return rows;
  }

  async #withDatabase(number: number, use: (database: LegacyDatabase) => Promise<void>): Promise<void> {
    const open = this.databases.get(number);
    if (open) return use(open);
    const database = new LegacyDatabase(await SqliteSource.open(this.catalogue.database(number).path));
    try {
      await use(database);
    } finally {
      await database.close();
    }
  }

  async *#readUser(places: UserPlaces, rows: Rows): AsyncIterable<Found> {
    const { userId } = places;
    const warnings = new Warnings();
    const files = await this.#readFiles(userId, warnings);
    for (const detail of files.damaged) yield failure(userId, 'progress-files', detail);
    const stored = await this.#readDatabases(places, rows, warnings);
    const environment = this.environment?.userId === userId ? this.environment : null;
    const kinds = [
      ...this.#kindsOf([places]),
      ...(files.holdings.length > 0 ? ['progress-files'] : []),
      ...(environment ? ['env'] : []),
    ];
    if (kinds.length === 0) return;
    for (const { code, detail } of environment?.warnings ?? []) warnings.add(code, detail);
    const user = mergeUser(
      {
        userId,
        kinds: kinds.sort(),
        holdings: [...(stored ? [stored] : []), ...files.holdings],
        environment: environment?.keys ?? [],
        fallbackTime: earliest(files.changedAt, environment?.changedAt ?? null),
      },
      warnings,
    );
    yield { user };
  }

  /** The newest first. */
  async #readFiles(userId: string, warnings: Warnings) {
    const holdings: Holdings[] = [];
    const damaged: string[] = [];
    let changedAt: Date | null = null;
    for (const path of this.catalogue.filesOf(userId)) {
      try {
        holdings.push(readProgressFile(await readText(path, warnings), this.time, warnings));
        changedAt = earliest(changedAt, (await stat(path)).mtime);
      } catch (error) {
        if (!(error instanceof SourceDamaged)) throw error;
        damaged.push(`${basename(path)}: ${error.message}`);
      }
    }
    const age = ({ progress }: Holdings) => progress?.updatedAt?.getTime() ?? 0;
    return { holdings: holdings.sort((one, other) => age(other) - age(one)), damaged, changedAt };
  }

  /** All databases of a user together: the newest row counts, whichever of them it is in. Null: the user is in none. */
  async #readDatabases(
    { userId, sessions, children, businesses }: UserPlaces,
    rows: Rows,
    warnings: Warnings,
  ): Promise<Holdings | null> {
    if (sessions.length === 0 && businesses.length === 0) return null;
    const rowsAt = (database: number, table: LegacyTable, ids: readonly string[]) =>
      ids.map((id) => rows.get(placeOf(database, table, id))).filter((row) => row !== undefined);
    const stored = {
      children: new Map(
        CHILD_TABLES.map((table) => [
          table,
          children.filter(([, kind]) => kind === table).flatMap(([database, kind, ids]) => rowsAt(database, kind, ids)),
        ]),
      ),
      businesses: businesses.flatMap(({ database, id }) => rowsAt(database, BUSINESS, [id])),
    };
    const read = sessions
      .flatMap(({ database, sessionId }) => rowsAt(database, SESSIONS, [sessionId]))
      .map((row) => readSession(row, this.time, warnings));
    const since = earliest(...read.map(({ startedAt }) => startedAt));
    const context = await this.#readContext(userId, sessions, since, warnings);
    const documents = fillGaps(documentsOfRows(stored, this.time, warnings), documentsOfContext(context, warnings));
    const keys = byAge(stored.children.get('api_keys') ?? [], this.time).map((row) => ({
      name: row['provider'] ?? '',
      key: new Secret(row['key'] ?? ''),
      savedAt: savedAt(row, this.time),
    }));
    const progress = progressOfSessions(
      read,
      {
        documents,
        keys: keysByProvider(keys, warnings),
        hasPostedIntegrations: context.some(({ step }) => step === 'integrations'),
      },
      warnings,
    );
    return { progress, documents, keys };
  }

  /**
   * The flat files of the user's workspaces: the id in them decides whose they are. Those from before the first session are of an
   * onboarding that the user has deleted.
   */
  async #readContext(
    userId: string,
    sessions: readonly SessionPlace[],
    since: Date | null,
    warnings: Warnings,
  ): Promise<readonly ContextFile[]> {
    const folders = new Set(sessions.map(({ database }) => this.catalogue.database(database).folder).filter(Boolean));
    const found: ContextFile[] = [];
    for (const folder of folders) {
      const { files, damaged } = await contextFiles(folder, this.time, warnings);
      found.push(
        ...files.filter((file) => file.userId === userId && !(since && file.updatedAt && file.updatedAt < since)),
      );
      for (const file of files)
        if (!this.#isOfFolder(file, folder)) warnings.add('foreign_file', foreign(file, folder));
      for (const detail of damaged) warnings.add('damaged_file', `A flat file was passed over. ${detail}`);
    }
    return found;
  }

  /** Whether a user has a session in a workspace: several may share one. */
  #isOfFolder({ userId }: ContextFile, folder: string): boolean {
    return this.catalogue
      .sessionsOf(userId)
      .some(({ database }) => this.catalogue.database(database).folder === folder);
  }
}

const foreign = ({ step }: ContextFile, folder: string) =>
  `${CONTEXT_FILES[step]} in ${basename(folder)} names another user: it was not imported.`;

function failure(userId: string, source: string, detail: string): Found {
  return { leftover: { userId, source, warnings: [{ code: 'damaged_source', detail }], isFailure: true } };
}
