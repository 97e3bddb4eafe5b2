import { createHash } from 'node:crypto';
import { isItsOwnId, safeId, strippedId } from './file-names.js';
import { CHILD_TABLES, type ChildTable } from './legacy-database.js';
import type { Leftover } from './legacy-user.js';
import { loadSqlite, type DatabaseSync } from './sqlite.js';

/** A database among the sources. */
export interface CataloguedDatabase {
  readonly number: number;
  readonly kind: 'sqlite' | 'postgres' | 'workspace';
  /** A path; of PostgreSQL nothing, since the one connection stays open. */
  readonly path: string;
  /** The path of the workspace; empty for databases of all users. */
  readonly folder: string;
}

/** A session of a user, also one without a row of its own. */
export interface SessionPlace {
  readonly userId: string;
  readonly database: number;
  readonly sessionId: string;
  readonly hasRow: boolean;
}

/** Rows of a table that belong to nobody. */
export interface Orphans {
  readonly database: number;
  readonly table: ChildTable;
  readonly rows: number;
}

/** A progress file and the part of its name that stands for a user; empty in everybody's file. */
export interface CataloguedFile {
  readonly path: string;
  readonly name: string;
}

/** Why a progress file belongs to nobody. */
export type Unresolved = CataloguedFile & { readonly candidates: number };

interface LeftoverRow {
  readonly user_id: string | null;
  readonly source: string;
  readonly code: string;
  readonly detail: string;
  readonly is_failure: number;
}

const SCHEMA = `
  create table databases (number integer primary key, kind text, path text, folder text);
  create table sessions (database integer, id text, user_id text, primary key (database, id)) without rowid;
  create table children (database integer, session_id text, kind text, id text);
  create table businesses (database integer, id text, user_id text);
  create table files (path text primary key, name text, user_id text) without rowid;
  create table given (user_id text primary key, safe text, stripped text) without rowid;
  create index given_by_stripped on given (stripped);
  create table leftovers (user_id text, source text, code text, detail text, is_failure integer);
  create table owners (user_id text, database integer, session_id text, has_row integer);
  create table users (user_id text primary key) without rowid;
`;

const INDEXES = `
  create index children_by_session on children (database, session_id);
  create index businesses_by_user on businesses (user_id);
  create index files_by_user on files (user_id);
  create index owners_by_user on owners (user_id);
  create index owners_by_session on owners (database, session_id);
  create index given_by_safe on given (safe);
`;

/**
 * Who is in which source and where, without any data of theirs: an unnamed database on disk, which SQLite removes. So the memory that
 * an import takes does not grow with the number of users, and no table of a source needs an index.
 */
export class Catalogue {
  readonly #db: DatabaseSync;

  constructor() {
    this.#db = new (loadSqlite().DatabaseSync)('');
    this.#db.exec(SCHEMA);
    this.#db.exec('begin');
  }

  /** Enters all of a source, or nothing when it fails. */
  async atomically<T>(enter: () => Promise<T>): Promise<T> {
    this.#db.exec('savepoint source');
    try {
      return await enter();
    } catch (error) {
      this.#db.exec('rollback to source');
      throw error;
    } finally {
      this.#db.exec('release source');
    }
  }

  addDatabase({ kind, path, folder }: Omit<CataloguedDatabase, 'number'>): number {
    return Number(
      this.#run('insert into databases (kind, path, folder) values (?, ?, ?)', kind, path, folder).lastInsertRowid,
    );
  }

  addSession(database: number, id: string, userId: string): void {
    this.#run('insert or replace into sessions values (?, ?, ?)', database, id, userId);
  }

  addChild(database: number, table: ChildTable, id: string, sessionId: string | null): void {
    this.#run('insert into children values (?, ?, ?, ?)', database, sessionId, table, id);
  }

  addBusiness(database: number, id: string, userId: string): void {
    this.#run('insert into businesses values (?, ?, ?)', database, id, userId);
  }

  addFile({ path, name }: CataloguedFile): void {
    this.#run('insert or ignore into files values (?, ?, null)', path, name);
  }

  addGiven(userId: string): void {
    this.#run('insert or ignore into given values (?, ?, ?)', userId, safeId(userId), strippedId(userId));
  }

  /** The given ids whose workspaces have this name. */
  givenByStripped(name: string): readonly string[] {
    return this.#all<{ user_id: string }>('select user_id from given where stripped = ?', name).map(
      (row) => row.user_id,
    );
  }

  addLeftover({ userId, source, warnings, isFailure }: Leftover): void {
    for (const { code, detail } of warnings) {
      this.#run('insert into leftovers values (?, ?, ?, ?, ?)', userId, source, code, detail, isFailure ? 1 : 0);
    }
  }

  *leftovers(): Iterable<Leftover> {
    for (const row of this.#each<LeftoverRow>('select * from leftovers')) {
      const warnings = [{ code: row.code, detail: row.detail }];
      yield { userId: row.user_id, source: row.source, warnings, isFailure: row.is_failure === 1 };
    }
  }

  addUser(userId: string): void {
    this.#run('insert or ignore into users values (?)', userId);
  }

  /**
   * Finds out whose everything is, once all sources are here.
   * @param hasList whether ids of users are given: then progress files are theirs alone
   * @param everybody whose everybody's progress file is; null: nobody's
   */
  resolve({ hasList, everybody }: { readonly hasList: boolean; readonly everybody: string | null }): void {
    this.#db.exec('insert into owners select user_id, database, id, 1 from sessions');
    this.#db.exec(INDEXES);
    if (!hasList) {
      for (const { user_id: userId } of this.#each<{ user_id: string }>('select distinct user_id from sessions'))
        this.addGiven(userId);
    }
    for (const file of this.#each<CataloguedFile>('select path, name from files')) {
      const userId = file.name === '' ? everybody : this.#userOf(file.name, hasList);
      if (userId !== null) this.#run('update files set user_id = ? where path = ?', userId, file.path);
    }
    this.#db.exec('insert or ignore into users select user_id from owners');
    this.#db.exec('insert or ignore into users select user_id from files where user_id is not null');
    this.#addHashedSessions();
    this.#db.exec('insert or ignore into users select user_id from owners');
  }

  /** Null: none or several. */
  #userOf(name: string, hasList: boolean): string | null {
    const candidates = this.#candidates(name);
    if (candidates.length === 1) return candidates[0] ?? null;
    return candidates.length === 0 && !hasList && isItsOwnId(name) ? name : null;
  }

  #candidates(name: string): string[] {
    return this.#all<{ user_id: string }>('select user_id from given where safe = ? or user_id = ?', name, name).map(
      (row) => row.user_id,
    );
  }

  /** For months, rows were saved under a number made from the user's id, of which there is no session. */
  #addHashedSessions(): void {
    this.#db.exec(`
      create table lost as select distinct database, session_id from children c where session_id is not null
        and not exists (select s.id from sessions s where s.database = c.database and s.id = c.session_id);
      create table hashes (hash text, user_id text, unique (hash, user_id));
    `);
    if (this.#all('select database from lost limit 1').length === 0) return;
    for (const { user_id: userId } of this.#each<{ user_id: string }>(
      'select user_id from users union select user_id from given',
    )) {
      this.#run('insert into hashes values (?, ?)', hashedSession(userId), userId);
    }
    // A number that two users share says nothing.
    this.#db.exec(`
      insert into owners select max(h.user_id), l.database, l.session_id, 0
      from lost l join hashes h on h.hash = l.session_id group by l.database, l.session_id having count(*) = 1
    `);
  }

  get users(): number {
    return this.#all<{ users: number }>('select count(*) as users from users')[0]?.users ?? 0;
  }

  /** The next users in the order of their ids. @param userId empty: from the first on */
  usersAfter(userId: string, limit: number): readonly string[] {
    return this.#all<{ user_id: string }>(
      'select user_id from users where user_id > ? order by user_id limit ?',
      userId,
      limit,
    ).map((row) => row.user_id);
  }

  sessionsOf(userId: string): readonly SessionPlace[] {
    return this.#all<{ database: number; session_id: string; has_row: number }>(
      'select database, session_id, has_row from owners where user_id = ? order by database, session_id',
      userId,
    ).map((row) => ({ userId, database: row.database, sessionId: row.session_id, hasRow: row.has_row === 1 }));
  }

  childrenOf({ database, sessionId }: SessionPlace): ReadonlyMap<ChildTable, readonly string[]> {
    const rows = this.#all<{ kind: ChildTable; id: string }>(
      'select kind, id from children where database = ? and session_id = ?',
      database,
      sessionId,
    );
    return new Map(CHILD_TABLES.map((table) => [table, rows.filter(({ kind }) => kind === table).map(({ id }) => id)]));
  }

  businessesOf(userId: string): readonly { readonly database: number; readonly id: string }[] {
    return this.#all('select database, id from businesses where user_id = ? order by database, id', userId);
  }

  filesOf(userId: string): readonly string[] {
    return this.#all<{ path: string }>('select path from files where user_id = ? order by path', userId).map(
      ({ path }) => path,
    );
  }

  database(number: number): CataloguedDatabase {
    const [found] = this.#all<CataloguedDatabase>(
      'select number, kind, path, folder from databases where number = ?',
      number,
    );
    if (!found) throw new Error(`There is no database ${number}.`);
    return found;
  }

  *unresolvedFiles(): Iterable<Unresolved> {
    for (const file of this.#each<CataloguedFile>('select path, name from files where user_id is null order by path')) {
      yield { ...file, candidates: file.name === '' ? 0 : this.#candidates(file.name).length };
    }
  }

  orphans(): readonly Orphans[] {
    return this.#all<Orphans>(
      `select c.database, c.kind as "table", count(*) as rows from children c
       where not exists (select o.user_id from owners o where o.database = c.database and o.session_id = c.session_id)
       group by c.database, c.kind order by c.database, c.kind`,
    );
  }

  /** Businesses without a user whom anybody knows. */
  strayBusinesses(): readonly { readonly database: number; readonly rows: number }[] {
    return this.#all(
      `select database, count(*) as rows from businesses
       where user_id not in (select user_id from users) group by database order by database`,
    );
  }

  close(): void {
    this.#db.close();
  }

  #run(sql: string, ...values: (string | number | null)[]) {
    return this.#statement(sql).run(...values);
  }

  #all<T>(sql: string, ...values: (string | number | null)[]): T[] {
    return this.#statement(sql).all(...values) as T[];
  }

  /** A statement of its own: others run while it is read. */
  #each<T>(sql: string): Iterable<T> {
    return this.#db.prepare(sql).iterate() as Iterable<T>;
  }

  readonly #statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  #statement(sql: string) {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** The number under which OLD saved a user's rows: the first 32 bits of the SHA-256 of the id, modulo 2^31 - 1. */
export function hashedSession(userId: string): string {
  const digest = createHash('sha256').update(userId).digest('hex');
  return String(Number.parseInt(digest.slice(0, 8), 16) % 2147483647);
}
