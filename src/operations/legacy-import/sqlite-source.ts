import { constants } from 'node:fs';
import { copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SourceDamaged, type TextDatabase, type TextRow } from './legacy-database.js';
import { loadSqlite, type DatabaseSync } from './sqlite.js';

const MAGIC = 'SQLite format 3\0';

/** Where the header says whether readers must know a write-ahead log, and the value for it. */
const READ_VERSION = 19;
const WAL = 2;

/** Milliseconds to wait for a program that writes to the file at this moment. */
const BUSY_TIMEOUT = 2000;

/** A SQLite file of the older back end, which is never changed. */
export class SqliteSource implements TextDatabase {
  private constructor(
    private readonly database: DatabaseSync,
    private readonly copy: string | null,
  ) {}

  /** @throws SourceDamaged if it is no database, or cannot be read */
  static async open(file: string): Promise<SqliteSource> {
    const header = await readHeader(file);
    if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new SourceDamaged('it is no SQLite database.');
    const logs = await unfinished(file);
    const copy = logs.length > 0 ? await copyWith(file, logs) : null;
    try {
      // Without a log nobody writes: in WAL mode even a reader would have to make files next to it.
      const isAlone = header[READ_VERSION] === WAL && !copy;
      const database = attempt(() => (copy ? openCopy(join(copy, 'copy.db')) : openReadOnly(file, isAlone)));
      // The copy holds keys: where the system lets go of the names of open files, no crash leaves it behind.
      await removeCopy(copy).catch(() => undefined);
      return new SqliteSource(database, copy);
    } catch (error) {
      await removeCopy(copy);
      throw error;
    }
  }

  async columns(table: string): Promise<readonly string[]> {
    const rows = await this.query(`select name from pragma_table_info('${table}')`);
    return rows.map(({ name }) => name as string);
  }

  query(sql: string): Promise<readonly TextRow[]> {
    return new Promise((resolve) => resolve(attempt(() => this.database.prepare(sql).all() as TextRow[])));
  }

  async close(): Promise<void> {
    this.database.close();
    await removeCopy(this.copy);
  }
}

async function readHeader(file: string): Promise<Buffer> {
  try {
    const handle = await open(file, 'r');
    try {
      return (await handle.read(Buffer.alloc(100), 0, 100, 0)).buffer;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new SourceDamaged(`it cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** The logs next to the file that hold changes which the file does not have yet, or must lose again. */
async function unfinished(file: string): Promise<string[]> {
  const sizes = await Promise.all(
    ['-wal', '-journal'].map(async (end) => ({ end, size: (await stat(file + end).catch(() => null))?.size ?? 0 })),
  );
  return sizes.filter(({ size }) => size > 0).map(({ end }) => end);
}

/** Only a writer can apply logs: it gets a copy, in a folder that nobody else may enter. */
async function copyWith(file: string, logs: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'onboarding-import-'));
  try {
    for (const end of ['', ...logs]) {
      await copyFile(file + end, join(folder, `copy.db${end}`), constants.COPYFILE_FICLONE);
    }
    return folder;
  } catch (error) {
    await removeCopy(folder);
    throw new SourceDamaged(`it cannot be copied to ${tmpdir()} (${(error as NodeJS.ErrnoException).code}).`);
  }
}

function openCopy(file: string): DatabaseSync {
  const database = new (loadSqlite().DatabaseSync)(file);
  database.exec('pragma journal_mode = delete');
  database.prepare('select count(*) from sqlite_master').get();
  return database;
}

function openReadOnly(file: string, isAlone: boolean): DatabaseSync {
  const url = pathToFileURL(file);
  if (isAlone) url.searchParams.set('immutable', '1');
  const database = new (loadSqlite().DatabaseSync)(url, { readOnly: true, timeout: BUSY_TIMEOUT });
  // The file is opened by the first statement.
  database.prepare('select count(*) from sqlite_master').get();
  return database;
}

/** The copy holds keys. */
async function removeCopy(folder: string | null): Promise<void> {
  if (folder) await rm(folder, { recursive: true, force: true });
}

/** SQLite's messages name what is wrong with the file, tables and columns, and quote no value. */
function attempt<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_SQLITE_ERROR') throw new SourceDamaged(`SQLite cannot read it (${message}).`);
    throw error;
  }
}
