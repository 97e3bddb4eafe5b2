import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { scratchDirectory } from '../process/scratch-directory.js';

/** What the older back end's own code wrote (`test/samples/legacy`): its databases are there as SQL. */
const SAMPLES = 'test/samples/legacy';

/** What a user must be after an import; a list: any of them is right. */
export interface ExpectedUser {
  readonly user_id: string;
  readonly steps: Readonly<Record<string, string | readonly string[]>>;
  readonly completed: boolean;
  readonly keys: Readonly<Record<string, string>>;
  readonly website_url: string | null;
  readonly writing_tone: string | null;
  readonly competitor_domains: readonly string[];
  readonly research_depth: string | null | readonly (string | null)[];
  readonly persona: boolean;
  readonly persona_name: string | null;
  readonly [other: string]: unknown;
}

export interface ExpectedSource {
  readonly users: readonly ExpectedUser[];
}

export interface Expected {
  readonly users: number;
  readonly 'progress-files': ExpectedSource;
  readonly 'alwrity-database': ExpectedSource;
  readonly workspace: ExpectedSource;
  readonly 'workspace-next': ExpectedSource;
  readonly 'all-sources-together': ExpectedSource;
  readonly must_not_appear: readonly string[];
}

/** The sources of the samples in a folder of their own, as they are at an operator's. */
export class LegacyFolder {
  readonly path = scratchDirectory();
  readonly progressFiles = this.file('progress-files');
  readonly sqlite = this.file('alwrity.db');
  readonly workspace = this.file('workspace');
  readonly workspaceNext = this.file('workspace-next');
  readonly backendEnv = this.file('env/backend.env');
  readonly frontendEnv = this.file('env/frontend.env');

  constructor() {
    cpSync(SAMPLES, this.path, { recursive: true, filter: (source) => !source.endsWith('.sql') });
    for (const sql of readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' })) {
      if (sql.endsWith('.sql') && !sql.endsWith('.pg.sql')) {
        makeSqlite(this.file(sql.replace(/\.sql$/, '.db')), readFileSync(join(SAMPLES, sql), 'utf8'));
      }
    }
  }

  file(name: string): string {
    return join(this.path, name);
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

export function makeSqlite(file: string, sql: string): void {
  mkdirSync(dirname(file), { recursive: true });
  // The older back end does not check foreign keys.
  const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
  database.exec(sql);
  database.close();
}

/** The same users as in `LegacyFolder.sqlite`. */
export const legacyPostgres = (): string => readFileSync(join(SAMPLES, 'alwrity.pg.sql'), 'utf8');

/** Ids as they are: a blank at the end belongs to the id. */
export const legacyUserIds = (): readonly string[] =>
  readFileSync(join(SAMPLES, 'users.txt'), 'utf8')
    .split('\n')
    .filter((id) => id !== '');

export const expectedUsers = (): Expected =>
  JSON.parse(readFileSync(join(SAMPLES, 'expected.json'), 'utf8')) as Expected;
