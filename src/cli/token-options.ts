import { parseArgs } from 'node:util';
import { StartupError } from '../ground/config/startup-error.js';

const USAGE = 'Usage: npm run token -- <user id> [--scope "<scope> …"] [--expires <number>s|m|h|d]';

/** Seconds, by the letter of the unit. */
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** What a development token is to say. */
export interface TokenOptions {
  readonly userId: string;
  readonly scope: string | undefined;
  /** Seconds since 1970; undefined: the usual time. */
  readonly expiresAt: number | undefined;
}

/** @throws StartupError with a line of usage */
export function tokenOptions(args: readonly string[], now = Date.now()): TokenOptions {
  const { values, positionals } = parse(args);
  const [userId, ...others] = positionals;
  if (!userId || others.length > 0 || values.scope?.trim() === '') throw new StartupError(USAGE);
  return { userId, scope: values.scope, expiresAt: endOf(values.expires, now) };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { scope: { type: 'string' }, expires: { type: 'string' } },
      allowPositionals: true,
    });
  } catch {
    throw new StartupError(USAGE);
  }
}

function endOf(expires: string | undefined, now: number): number | undefined {
  if (expires === undefined) return undefined;
  const [, number, unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(expires) ?? [];
  const seconds = UNITS[unit];
  if (number === undefined || seconds === undefined) throw new StartupError(USAGE);
  return Math.floor(now / 1000) + Number(number) * seconds;
}
