import pg from 'pg';
import { Unavailable } from '../../ground/problems/problem.js';

/** PostgreSQL is unreachable, or does not answer in time. Reads have no answer; a write may or may not have happened. */
export class DatabaseUnavailable extends Unavailable {
  readonly away = 'database';
  constructor(cause: unknown) {
    super('Your data cannot be reached at the moment. Nothing is lost; please try again shortly.');
    this.cause = cause;
  }
}

/** Too many requests wait for a connection, so this one is refused instead of waiting, too. */
export class DatabaseBusy extends Unavailable {
  readonly away = 'overload';
  constructor() {
    super('The service is busy at the moment. Nothing was changed; please try again shortly.');
  }
}

/**
 * SQLSTATE classes and codes that concern the server and not the statement.
 * Source: PostgreSQL documentation, appendix A.
 */
const OUTAGE_CLASSES = new Set([
  '08', // connection
  '28', // login refused
  '3D', // no such database
  '40', // rolled back by the server: deadlock, serialization
  '53', // out of connections, memory, disk
  '57', // shutting down, cancelled by a time-out
  '58', // error of the server's operating system
  'XX', // internal
]);
const OUTAGE_CODES = new Set([
  '25006', // read-only: a replica that has not been promoted yet
  '25P03', // idle in transaction for too long
  '55P03', // time-out for a lock
]);

/** Whether an error of the driver means that the database is unreachable. Any error that is no answer of the server does. */
export function isOutage(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) {
    const { code = '' } = error;
    return OUTAGE_CODES.has(code) || OUTAGE_CLASSES.has(code.slice(0, 2));
  }
  return true;
}
