import pg from 'pg';
import { Unavailable } from '../../ground/problems/problem.js';

/** PostgreSQL cannot be reached, or does not answer in time: what was asked for is not known, and a write not done or not known to be. */
export class DatabaseUnavailable extends Unavailable {
  readonly away = 'database';
  constructor(cause: unknown) {
    super('Your data cannot be reached at the moment. Nothing is lost; please try again shortly.');
    this.cause = cause;
  }
}

/** More requests wait for a connection than can be served soon: this one is turned away before it waits, too. */
export class DatabaseBusy extends Unavailable {
  readonly away = 'overload';
  constructor() {
    super('The service is busy at the moment. Nothing was changed; please try again shortly.');
  }
}

/**
 * SQLSTATE classes and codes that speak of the server and not of the statement.
 * Source: PostgreSQL documentation, appendix A.
 */
const OUTAGE_CLASSES = new Set([
  '08', // connection
  '28', // the role is not let in
  '3D', // the database is gone
  '40', // rolled back by the server: deadlock, serialization
  '53', // out of connections, memory, disk
  '57', // shutting down, cancelled by a time-out
  '58', // the server's system
  'XX', // internal
]);
const OUTAGE_CODES = new Set([
  '25006', // read-only: a replica that has not been promoted yet
  '25P03', // idle in transaction for too long
  '55P03', // a lock was not to be had in time
]);

/** Whether an error of the driver means that the database is away. Any error that is not the server's answer does. */
export function isOutage(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) {
    const { code = '' } = error;
    return OUTAGE_CODES.has(code) || OUTAGE_CLASSES.has(code.slice(0, 2));
  }
  return true;
}
