import { MikroORM } from '@mikro-orm/postgresql';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { withConnection } from '../../../src/storage/postgres/owner-connection.js';
import { ormOptions } from '../../../src/storage/postgres/orm-options.js';

/** What a client sends first when it wants TLS, and nothing else may pass in the open. Source: PostgreSQL, "SSLRequest". */
const TLS_REQUEST = '0000000804d2162f';

describe('the connections of the pool and of the start', () => {
  let server: Server;
  /** What each client has sent, in hexadecimal. */
  let messages: string[];
  let port: number;

  beforeEach(async () => {
    messages = [];
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (chunk: Buffer) => {
        messages.push(chunk.toString('hex'));
        // No TLS here.
        socket.end('N');
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterEach(() => {
    server.close();
  });

  async function connect(query: string): Promise<void> {
    const url = `postgres://app:secret@127.0.0.1:${port}/x${query}`;
    const orm = new MikroORM(ormOptions({ url, poolSize: 1, timeoutMs: 5000 }));
    const pool = await orm.em.getConnection().getNativeClient();
    await expect(pool.connect()).rejects.toThrow();
    await pool.end();
    await orm.close(true);
    await expect(withConnection('DATABASE_URL', url, () => Promise.resolve())).rejects.toThrow(/^DATABASE_URL: /);
  }

  it.each(['prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'])(
    'are over TLS or not at all where the address says sslmode=%s, without a warning',
    async (mode) => {
      const warnings: Error[] = [];
      const note = (warning: Error) => void warnings.push(warning);
      process.on('warning', note);
      await connect(`?sslmode=${mode}`);
      process.off('warning', note);
      expect(messages).toEqual([TLS_REQUEST, TLS_REQUEST]);
      expect(warnings).toEqual([]);
    },
  );

  it.each(['', '?sslmode=disable'])('are in the open where it says %j', async (query) => {
    await connect(query);
    // The version of the protocol, with which a start message begins.
    expect(messages.map((message) => message.slice(8, 16))).toEqual(['00030000', '00030000']);
  });
});
