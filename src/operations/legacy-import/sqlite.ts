import type { DatabaseSync } from 'node:sqlite';

export type Sqlite = typeof import('node:sqlite');

let loaded: Sqlite | null = null;

/** Node's own SQLite. Some versions of Node print that it is experimental when they load it: that would be in the user's way. */
export function loadSqlite(): Sqlite {
  loaded ??= withoutWarnings(() => process.getBuiltinModule('node:sqlite'));
  return loaded;
}

function withoutWarnings<T>(load: () => T): T {
  const own = Object.getOwnPropertyDescriptor(process, 'emitWarning');
  process.emitWarning = () => undefined;
  try {
    return load();
  } finally {
    if (own) Object.defineProperty(process, 'emitWarning', own);
  }
}

export type { DatabaseSync };
