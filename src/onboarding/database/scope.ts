import { Statement, type Bound } from '../../storage/wire/statement.js';

export const begin = new Statement('begin', 'begin');
export const commit = new Statement('commit', 'commit');
export const ping = new Statement('ping', 'select');

/** One snapshot for all of its statements. */
export const beginReading = new Statement('begin-reading', 'begin isolation level repeatable read read only');

/** Names the user whose rows this transaction may see and write; every row-level policy reads it. No row. Value: the user. */
export const scope = new Statement('scope', `select where set_config('app.user_id', $1, true) is null`);

/** The same for a transaction that must not write. Value: the user. */
export const readScope = new Statement(
  'read-scope',
  `select where set_config('app.user_id', $1, true) is null
   or set_config('transaction_read_only', 'on', true) is null`,
);

export const bind = (statement: Statement, ...values: readonly unknown[]): Bound => ({ statement, values });
