import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { exportJWK, type JWTPayload } from 'jose';
import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { TokenVerifier } from '../../src/ground/auth/token-verifier.js';
import { TestApp } from '../support/service/app.js';
import type { Answer } from '../support/service/client.js';
import { TestDatabase } from '../support/database/database.js';
import { eventually } from '../support/process/deadline.js';
import { KeySetServer } from '../support/servers/key-set-server.js';
import {
  ALGORITHMS,
  expectUnauthenticated,
  expectUnavailable,
  forge,
  goodClaims,
  now,
  PAIRS,
  SECOND,
  sign,
  withToken,
  type Algorithm,
} from '../support/service/signed-tokens.js';
import { JWT_SECRET, token } from '../support/service/tokens.js';

describe('tokens of a set of keys', () => {
  let database: TestDatabase;
  let server: KeySetServer;
  let keys: object[];
  let app: TestApp;

  const good = (alg: Algorithm, claims: JWTPayload = {}) =>
    sign({ alg, kid: `key of ${alg}` }, PAIRS[alg].privateKey, claims);
  const madeUp = (n: number) => sign({ alg: 'RS256', kid: `made up ${n}` }, PAIRS.RS256.privateKey);

  beforeAll(async () => {
    database = await TestDatabase.create();
    server = await KeySetServer.start();
    keys = await Promise.all(
      ALGORITHMS.map(async (alg) => ({
        ...(await exportJWK(PAIRS[alg].publicKey)),
        kid: `key of ${alg}`,
        alg,
        use: 'sig',
      })),
    );
  });
  afterAll(async () => {
    await server.down();
    await database.drop();
  });
  beforeEach(async () => {
    server.serve(keys);
    app = await TestApp.start({
      environment: { AUTH_JWT_SECRET: undefined, AUTH_JWKS_URL: server.url },
      database,
    });
  });
  afterEach(() => app.stop());

  /** The set is not answered until a test does it. */
  function hold(): ServerResponse[] {
    const held: ServerResponse[] = [];
    server.reply((response) => held.push(response));
    return held;
  }

  describe('that rotates', () => {
    /** A key that the set does not have yet, and tokens of it. */
    const newKey = async (kid?: string) => {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const name = kid === undefined ? {} : { kid };
      return {
        jwk: { ...(await exportJWK(publicKey)), ...name },
        sign: (claims: JWTPayload = {}) => sign({ alg: 'EdDSA', ...name }, privateKey, claims),
      };
    };
    /** At once, before anything else happens. */
    const verify = (given: string) => app.nest.get(TokenVerifier).verify(given);

    it('are good at once with a key that was added just after a fetch', async () => {
      expect((await withToken(app, good('RS256'))).status).toBe(200);
      const { jwk, sign: signNew } = await newKey('new');
      server.fetches = 0;
      server.serve([...keys, jwk]);
      expect((await withToken(app, signNew())).status).toBe(200);
      expect(server.fetches).toBe(1);
    });

    it('share one fetch when they come at once', async () => {
      expect((await withToken(app, good('RS256'))).status).toBe(200);
      const { jwk, sign: signNew } = await newKey('new');
      const tokens = await Promise.all(Array.from({ length: 20 }, (_, n) => signNew({ sub: `user ${n}` })));
      server.fetches = 0;
      const held = hold();
      const verified = Promise.all(tokens.map(verify));
      await eventually('the set is asked', () => held.length === 1);
      held[0]?.end(JSON.stringify({ keys: [...keys, jwk] }));
      expect((await verified).map((user) => user?.id)).toEqual(tokens.map((_, n) => `user ${n}`));
      expect(server.fetches).toBe(1);
    });

    it('are not refused by an answer that was on its way when they came', async () => {
      expect((await withToken(app, good('RS256'))).status).toBe(200);
      const { jwk, sign: signNew } = await newKey('new');
      const [unknown, rotated] = await Promise.all([madeUp(0), signNew()]);
      server.fetches = 0;
      const held = hold();
      const stranger = verify(unknown);
      await eventually('the set is asked', () => held.length === 1);
      const arrived = verify(rotated);
      server.serve([...keys, jwk]);
      held[0]?.end(JSON.stringify({ keys }));
      expect(await stranger).toBeNull();
      expect((await arrived)?.id).toBe('alice');
      expect(server.fetches).toBe(2);
    });

    it.each<[string, () => void]>([
      ['answers 500', () => server.reply((response) => response.writeHead(500).end())],
      ['answers garbage', () => server.reply((response) => response.end('<html>busy</html>'))],
      ['never answers', () => server.reply(() => undefined)],
    ])('wait with a key that is unknown while the server %s; with a known one they are good', async (_name, fail) => {
      expect((await withToken(app, good('RS256'))).status).toBe(200);
      fail();
      expectUnavailable(await withToken(app, madeUp(0)));
      expect((await withToken(app, good('ES256'))).status).toBe(200);
      server.serve(keys);
      expectUnauthenticated(await withToken(app, madeUp(0)));
    });

    it('are neither refused nor kept waiting for long by strangers with keys that they made up', async () => {
      expect((await withToken(app, good('RS256'))).status).toBe(200);
      server.fetches = 0;
      const begun = performance.now();
      const strangers: Answer[] = [];
      for (let n = 0; n < 100; n++) strangers.push(await withToken(app, madeUp(n)));
      // Ten at once, and then one a second.
      const allowed = 10 + Math.ceil((performance.now() - begun) / SECOND);
      expect(server.fetches).toBeLessThanOrEqual(allowed);
      const turnedAway = strangers.filter(({ status }) => status === 503);
      expect(turnedAway.length).toBeGreaterThanOrEqual(100 - allowed);
      for (const answer of turnedAway) expect(answer.headers.get('retry-after')).toBe('1');
      strangers.filter((answer) => !turnedAway.includes(answer)).forEach(expectUnauthenticated);

      const fetches = server.fetches;
      expect((await withToken(app, good('ES256', { jti: 'known' }))).status).toBe(200);
      expect(server.fetches).toBe(fetches);
      const { jwk, sign: signNew } = await newKey('new');
      server.serve([...keys, jwk]);
      let flooding = true;
      const flood = (async () => {
        for (let n = 0; flooding; n++) await withToken(app, madeUp(n));
      })();
      const rotated = await signNew();
      const first = await withToken(app, rotated);
      const wait = Number(first.headers.get('retry-after'));
      await delay(wait * SECOND);
      const second = await withToken(app, rotated);
      flooding = false;
      await flood;
      expect([[200, 503].includes(first.status), second.status]).toEqual([true, 200]);
    });

    it('are good, too, where they name no key, and refused when forged', async () => {
      const { jwk: old, sign: signOld } = await newKey();
      const { jwk, sign: signNew } = await newKey();
      server.serve([old]);
      expect((await withToken(app, signOld())).status).toBe(200);
      server.serve([jwk]);
      expect((await withToken(app, signNew())).status).toBe(200);
      server.serve([old, jwk]);
      expectUnauthenticated(await withToken(app, (await newKey()).sign()));
      expect((await withToken(app, signOld({ jti: 'again' }))).status).toBe(200);
      expect((await withToken(app, signNew({ jti: 'again' }))).status).toBe(200);
    });
  });

  it('are refused without a look at the set when no key of it could have signed them', async () => {
    server.fetches = 0;
    await server.down();
    for (const given of ['garbage', 'a.b.c', await token('alice'), forge({ alg: 'none' }, goodClaims(), () => '')]) {
      expectUnauthenticated(await withToken(app, given));
    }
    await server.up();
    expect(server.fetches).toBe(0);
  });

  it('are good with a key that was withdrawn for ten minutes at most', async () => {
    expect((await withToken(app, good('RS256'))).status).toBe(200);
    server.serve(keys.slice(1));
    const time = jest.spyOn(Date, 'now');
    try {
      const fetched = Date.now();
      time.mockImplementation(() => fetched + 590 * SECOND);
      expect((await withToken(app, good('RS256', { jti: 'within' }))).status).toBe(200);
      time.mockImplementation(() => fetched + 600 * SECOND);
      expectUnauthenticated(await withToken(app, good('RS256', { jti: 'after' })));
      expect((await withToken(app, good('ES256'))).status).toBe(200);
      await server.down();
      time.mockImplementation(() => fetched + 1200 * SECOND);
      expectUnavailable(await withToken(app, good('ES256', { jti: 'later' })));
    } finally {
      time.mockRestore();
      await server.up();
    }
  });

  describe('that is odd', () => {
    it('are good where the set has a name twice, and keys that nobody here can use', async () => {
      const kid = 'key of EdDSA';
      const [first, second] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
      const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
      server.serve([
        { ...(await exportJWK(first.publicKey)), kid },
        { kty: 'OKP', crv: 'Ed25519', x: 'not a key', kid },
        { ...(await exportJWK(second.publicKey)), kid },
        { ...(await exportJWK(other.publicKey)), kid, alg: 'RSA-OAEP', use: 'enc' },
        { ...(await exportJWK(other.publicKey)), kid: 'signs', use: 'sig' },
        { kty: 'oct', k: Buffer.from(JWT_SECRET).toString('base64url'), kid: 'secret', alg: 'HS256' },
        { kty: 'from the future', kid: 'future' },
        { kid: 5 },
        {},
      ]);
      for (const { privateKey } of [first, second]) {
        expect((await withToken(app, sign({ alg: 'EdDSA', kid }, privateKey))).status).toBe(200);
        expectUnauthenticated(await withToken(app, sign({ alg: 'EdDSA', kid }, privateKey, { exp: now() - 60 })));
      }
      expect((await withToken(app, sign({ alg: 'RS256', kid: 'signs' }, other.privateKey))).status).toBe(200);
      expectUnauthenticated(await withToken(app, sign({ alg: 'RS256', kid }, other.privateKey)));
      expectUnauthenticated(await withToken(app, sign({ alg: 'EdDSA', kid }, PAIRS.EdDSA.privateKey)));
      expectUnauthenticated(
        await withToken(app, sign({ alg: 'HS256', kid: 'secret' }, createSecretKey(Buffer.from(JWT_SECRET)))),
      );
      expectUnauthenticated(
        await withToken(
          app,
          forge({ alg: 'RS256', kid: 'future' }, goodClaims(), () => 'AA'),
        ),
      );
    });

    it('wait where the key that they name cannot be read', async () => {
      server.serve([...keys, { kty: 'OKP', crv: 'Ed25519', x: 'not a key', kid: 'broken' }]);
      expectUnavailable(await withToken(app, sign({ alg: 'EdDSA', kid: 'broken' }, PAIRS.EdDSA.privateKey)));
      expect((await withToken(app, good('EdDSA'))).status).toBe(200);
    });

    const megabytes = 64;
    it.each<[string, (response: ServerResponse) => void]>([
      ['without end', (response) => pour(response, Buffer.alloc(65_536, ' '))],
      [
        'when it is unpacked',
        (response) =>
          response
            .setHeader('content-encoding', 'gzip')
            .end(gzipSync(Buffer.concat([Buffer.alloc(megabytes * 1024 * 1024, ' '), Buffer.from('{"keys":[]}')]))),
      ],
      ['in the number of its keys', (response) => response.end(JSON.stringify({ keys: Array(101).fill(keys[0]) }))],
    ])('wait while the set is too large %s, which is logged once', async (_how, reply) => {
      expect((await withToken(app, good('RS256'))).status).toBe(200);
      const sent: ServerResponse[] = [];
      server.reply((response) => {
        sent.push(response);
        reply(response);
      });
      for (const n of [1, 2, 3]) expectUnavailable(await withToken(app, madeUp(n)));
      expect((await withToken(app, good('ES256'))).status).toBe(200);
      await eventually('nothing more is read', () => sent.every(({ closed }) => closed));
      const lines = app.log.filter((line) => line.includes('AUTH_JWKS_URL'));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(/It has more than (1048576 bytes|100 keys)/);
      server.serve(keys);
      expectUnauthenticated(await withToken(app, madeUp(0)));
    });
  });
});

/** Sends without end, as fast as it is read. */
function pour(response: ServerResponse, chunk: Buffer): void {
  const more = () => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}
