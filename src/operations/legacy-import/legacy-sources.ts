import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { StartupError } from '../../ground/config/startup-error.js';
import { Catalogue } from './catalogue.js';
import { keysOfDotenv } from './dotenv-keys.js';
import { SourceDamaged } from './legacy-database.js';
import type { Found, Leftover } from './legacy-user.js';
import { LocalTime } from './local-time.js';
import { readText, SourceScan } from './source-scan.js';
import { UserReader, type EnvironmentKeys } from './user-reader.js';
import { Warnings } from './warnings.js';

export interface SourceOptions {
  /** As given with --from: a folder of progress files, a workspace folder, `sqlite:<file>`, `postgres://…`. */
  readonly from: readonly string[];
  /** Ids of users, as they are; null: no list. */
  readonly users: readonly string[] | null;
  /** For the global progress file and for --env. */
  readonly user: string | null;
  /** The paths of `.env` files, in which of two lines of one name the last counts. */
  readonly env: readonly string[];
  /** An IANA name. */
  readonly timezone: string;
}

/** Users who are read at once. */
const PAGE = 50;

interface Opened {
  readonly catalogue: Catalogue;
  readonly scan: SourceScan;
  readonly reader: UserReader;
}

/** Every user whom the sources know, one at a time, and what belongs to nobody, in memory that does not grow with their number. */
export class LegacySources {
  #opening: Promise<Opened> | null = null;

  constructor(private readonly options: SourceOptions) {}

  /** How many users there are. @throws StartupError for a source that cannot be read at all */
  async count(): Promise<number> {
    return (await this.#open()).catalogue.users;
  }

  /** In the order of their ids, and then what belongs to nobody. @throws StartupError for a source that cannot be read at all */
  async *users(): AsyncIterable<Found> {
    const { catalogue, reader } = await this.#open();
    for (
      let page = catalogue.usersAfter('', PAGE);
      page.length > 0;
      page = catalogue.usersAfter(page.at(-1) ?? '', PAGE)
    ) {
      yield* reader.read(page);
    }
    for (const leftover of catalogue.leftovers()) yield { leftover };
    for (const leftover of strays(catalogue)) yield { leftover };
  }

  async close(): Promise<void> {
    const opened = await this.#opening?.catch(() => null);
    await opened?.scan.close();
    opened?.catalogue.close();
  }

  #open(): Promise<Opened> {
    this.#opening ??= this.#scanAll();
    return this.#opening;
  }

  async #scanAll(): Promise<Opened> {
    const { from, users, user } = this.options;
    const time = localTime(this.options.timezone);
    const environment = await this.#environment();
    const catalogue = new Catalogue();
    const scan = new SourceScan(catalogue, time, users !== null);
    try {
      for (const id of users ?? []) catalogue.addGiven(id);
      for (const source of new Set(from)) await scan.add(source);
      if (environment) catalogue.addUser(environment.userId);
      catalogue.resolve({ hasList: users !== null, everybody: user });
    } catch (error) {
      await scan.close();
      catalogue.close();
      throw error;
    }
    return { catalogue, scan, reader: new UserReader(catalogue, scan.databases, time, environment) };
  }

  async #environment(): Promise<EnvironmentKeys | null> {
    const { env, user } = this.options;
    if (env.length === 0) return null;
    if (user === null)
      throw new StartupError('--env needs --user: its keys are the deployment’s, and say nothing of users.');
    const warnings = new Warnings();
    const files = await Promise.all(env.map((path) => readDotenv(path, warnings)));
    return {
      userId: user,
      keys: keysOfDotenv(...files.map(({ content }) => content)),
      changedAt: new Date(Math.max(...files.map(({ changedAt }) => changedAt.getTime()))),
      warnings: warnings.list,
    };
  }
}

/** @throws StartupError */
async function readDotenv(
  path: string,
  warnings: Warnings,
): Promise<{ readonly content: string; readonly changedAt: Date }> {
  try {
    return { content: await readText(path, warnings), changedAt: (await stat(path)).mtime };
  } catch (error) {
    if (!(error instanceof SourceDamaged)) throw error;
    throw new StartupError(`--env: ${path}: ${error.message}`);
  }
}

function localTime(timezone: string): LocalTime {
  try {
    return new LocalTime(timezone);
  } catch {
    throw new StartupError(`--timezone: ${timezone} is no time zone, such as Europe/Berlin.`);
  }
}

/** What is in sources and belongs to nobody. */
function* strays(catalogue: Catalogue): Iterable<Leftover> {
  const leave = (source: string, code: string, detail: string): Leftover => ({
    userId: null,
    source,
    warnings: [{ code, detail }],
    isFailure: false,
  });
  for (const { path, name, candidates } of catalogue.unresolvedFiles()) {
    const file = basename(path);
    if (name === '')
      yield leave('progress-files', 'no_user', `${file} holds no user: say whose it is with --user <id>.`);
    else if (candidates > 1) {
      yield leave(
        'progress-files',
        'ambiguous_user',
        `${file} may be that of ${candidates} users: it was not imported.`,
      );
    } else
      yield leave(
        'progress-files',
        'unknown_user',
        `${file}: no id is known that has this name; give ids with --users.`,
      );
  }
  for (const { database, table, rows } of catalogue.orphans()) {
    const { kind, folder } = catalogue.database(database);
    const where = folder === '' ? '' : `${basename(folder)}: `;
    yield leave(kind, 'no_session', `${where}${rows} of ${table} belong to no session: they are nobody’s.`);
  }
  for (const { database, rows } of catalogue.strayBusinesses()) {
    const { kind, folder } = catalogue.database(database);
    const where = folder === '' ? '' : `${basename(folder)}: `;
    yield leave(
      kind,
      'no_user',
      `${where}${rows} of user_business_info name no user of this source; user 1 is everybody of that time.`,
    );
  }
}
