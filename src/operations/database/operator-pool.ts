import pg from 'pg';
import { readUrl } from '../../storage/postgres/owner-connection.js';
import { answerTimeoutOf } from '../../storage/postgres/orm-options.js';

/** Connections of a process to read with, and as many to write with. */
const POOL_SIZE = 2;

/** Milliseconds that one statement of a read may take. */
const READ_TIMEOUT_MS = 15_000;

export interface OperatorConnection {
  readonly url: string;
  /** Milliseconds to wait for a connection. */
  readonly timeoutMs: number;
}

/** Connections that only read, for as long as an operator waits, with memory to sort the rows of many users. */
export function readerPool(connection: OperatorConnection): pg.Pool {
  return pool(connection, {
    options: '-c default_transaction_read_only=on -c work_mem=64MB',
    statement_timeout: READ_TIMEOUT_MS,
    // A server that disappears without an answer is given up, too.
    query_timeout: answerTimeoutOf(READ_TIMEOUT_MS),
  });
}

/** Connections that write. Nobody waits for what they do, so a statement takes as long as it takes. */
export function writerPool(connection: OperatorConnection): pg.Pool {
  return pool(connection, {});
}

function pool({ url, timeoutMs }: OperatorConnection, parameters: pg.PoolConfig): pg.Pool {
  const connections = new pg.Pool({
    ...readUrl(url),
    max: POOL_SIZE,
    keepAlive: true,
    connectionTimeoutMillis: timeoutMs,
    application_name: 'onboarding-operators',
    ...parameters,
  });
  // An idle connection that is lost: the next transaction opens another one, or says that it cannot.
  connections.on('error', () => undefined);
  return connections;
}
