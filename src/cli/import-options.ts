import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { StartupError } from '../ground/config/startup-error.js';
import type { SourceOptions } from '../operations/legacy-import/legacy-sources.js';
import { CONFLICT_MODES, type ConflictMode } from '../operations/legacy-import/user-import.js';

const IMPORT = 'npm run import --';

/** How to go on after a run that was cut off. */
export const NEXT_RUN = `Start it again: who is done is then unchanged. The report of this run stays its way back (${IMPORT} --undo <report>).`;

const USAGE = `Usage: ${IMPORT} --from <folder | workspace/ | sqlite:<file> | postgres://…> [--from …] [--users <file>] [--user <id>] [--env <file> …]
         [--timezone <IANA name>] [--on-conflict skip|merge|replace] [--dry-run] [--report <file>]
       ${IMPORT} --undo <report>`;

/** What an import is to do. */
export interface ImportOptions {
  readonly sources: SourceOptions;
  readonly onConflict: ConflictMode;
  readonly dryRun: boolean;
  /** Null: standard output. */
  readonly report: string | null;
}

/** @throws StartupError */
export function importOptions(): ImportOptions | { readonly undo: string } {
  const values = parse();
  const { undo, ...others } = values;
  if (undo !== undefined) {
    if (Object.keys(others).length > 0) throw new StartupError(`--undo goes alone.\n${USAGE}`);
    return { undo };
  }
  const { from = [], user = null, env = [], timezone, 'on-conflict': onConflict = 'skip' } = values;
  if (from.length === 0 && env.length === 0) throw new StartupError(`--from says where the users come from.\n${USAGE}`);
  if (user === '') throw new StartupError('--user is empty: an id has at least one character.');
  if (env.length > 0 && user === null)
    throw new StartupError('--env needs --user: a .env says nothing of whose it is.');
  if (!isConflictMode(onConflict)) throw new StartupError(`--on-conflict is one of ${CONFLICT_MODES.join(', ')}.`);
  return {
    sources: { from, user, env, users: usersIn(values.users), timezone: timezoneOf(timezone) },
    onConflict,
    dryRun: values['dry-run'] ?? false,
    report: values.report ?? null,
  };
}

/** Options that may be given several times; of the others one would win unseen. */
const SEVERAL: ReadonlySet<string> = new Set(['from', 'env']);

function parse() {
  const { values, tokens } = parseArguments();
  const names = tokens.flatMap((token) => (token.kind === 'option' && !SEVERAL.has(token.name) ? [token.name] : []));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new StartupError(`--${twice} is given twice.`);
  return { ...values };
}

function parseArguments() {
  try {
    return parseArgs({
      options: {
        from: { type: 'string', multiple: true },
        users: { type: 'string' },
        user: { type: 'string' },
        env: { type: 'string', multiple: true },
        timezone: { type: 'string' },
        'on-conflict': { type: 'string' },
        'dry-run': { type: 'boolean' },
        report: { type: 'string' },
        undo: { type: 'string' },
      },
      tokens: true,
    });
  } catch {
    // The message of the parser may repeat an address with a password.
    throw new StartupError(USAGE);
  }
}

const isConflictMode = (text: string): text is ConflictMode => (CONFLICT_MODES as readonly string[]).includes(text);

/** The ids of a file, one a line, as they are; null: no file. */
function usersIn(file: string | undefined): readonly string[] | null {
  if (file === undefined) return null;
  const lines = readText('--users', file)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/);
  return lines.filter((line) => line !== '');
}

/** @throws StartupError that names the option */
export function readText(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new StartupError(`${option}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** That of the machine where none is named. */
function timezoneOf(name: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en', name === undefined ? {} : { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw new StartupError('--timezone must be an IANA name, such as Europe/Berlin.');
  }
}
