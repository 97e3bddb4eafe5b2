import { describe, expect, it } from '@jest/globals';
import { causeIn } from './server-output.js';

describe('why initdb or postgres has ended', () => {
  it.each([
    [
      'a full disk',
      `2026-11-26 13:02:18.927 UTC [12143] FATAL:  could not extend file "base/1/2691": No space left on device
2026-11-26 13:02:18.927 UTC [12143] HINT:  Check free disk space.
2026-11-26 13:02:18.927 UTC [12143] PANIC:  cannot abort transaction 1, it was already committed
Aborted
child process exited with exit code 134
initdb: removing data directory "/data/initdb-x/cluster"
`,
      'could not extend file "base/1/2691": No space left on device: Check free disk space',
    ],
    [
      'too few descriptors',
      `sh: 1: 0: Invalid argument
2026-11-26 13:02:19.034 UTC [12216] FATAL:  insufficient file descriptors available to start server process
2026-11-26 13:02:19.034 UTC [12216] DETAIL:  System allows 3, server needs at least 58, 7 files are already open.
child process exited with exit code 1
initdb: removing data directory "/data/initdb-x/cluster"
`,
      'insufficient file descriptors available to start server process: System allows 3, server needs at least 58, 7 files are already open',
    ],
    [
      'an error of initdb itself',
      `initdb: error: could not change permissions of directory "/data": Operation not permitted
initdb: removing contents of data directory "/data"
`,
      'could not change permissions of directory "/data": Operation not permitted',
    ],
    [
      'a server with a client while it starts',
      `2026-11-26 13:02:18.900 UTC [1] LOG:  starting PostgreSQL 18.4
2026-11-26 13:02:18.910 UTC [2] FATAL:  the database system is starting up
2026-11-26 13:02:18.920 UTC [3] PANIC:  could not locate a valid checkpoint record at 0/15C3B88
2026-11-26 13:02:18.930 UTC [1] LOG:  startup process (PID 3) was terminated by signal 6: Aborted
`,
      'could not locate a valid checkpoint record at 0/15C3B88',
    ],
    [
      'a server whose killed predecessor still has children',
      `2026-11-26 13:02:18.900 UTC [7] FATAL:  terminating connection due to unexpected postmaster exit
2026-11-26 13:02:18.910 UTC [9] FATAL:  pre-existing shared memory block (key 9438352, ID 1) is still in use
2026-11-26 13:02:18.910 UTC [9] HINT:  Terminate any old server processes associated with data directory "/data".
`,
      'pre-existing shared memory block (key 9438352, ID 1) is still in use: Terminate any old server processes associated with data directory "/data"',
    ],
    [
      'a message without a severity',
      `postgres: could not find the database system
Expected to find it in the directory "/data",
but could not open file "/data/global/pg_control": No such file or directory
`,
      'postgres: could not find the database system',
    ],
    ['silence', '\n', 'it says nothing'],
  ])('%s', (_what, output, cause) => {
    expect(causeIn(output)).toBe(cause);
  });
});
