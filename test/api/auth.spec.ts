import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { exportJWK, type JWTPayload } from 'jose';
import { createHmac, createSecretKey, createSign, generateKeyPairSync } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { TestApp } from '../support/service/app.js';
import { TestDatabase } from '../support/database/database.js';
import { KeySetServer } from '../support/servers/key-set-server.js';
import {
  ALGORITHMS,
  ask,
  expectUnauthenticated,
  expectUnavailable,
  forge,
  goodClaims,
  now,
  PAIRS,
  pem,
  SECOND,
  secretKey,
  sign,
  touched,
  withToken,
  type Algorithm,
} from '../support/service/signed-tokens.js';
import { JWT_SECRET, token } from '../support/service/tokens.js';

describe('tokens', () => {
  let database: TestDatabase;
  const started: TestApp[] = [];
  const start = async (environment: Record<string, string | undefined> = {}) => {
    const app = await TestApp.start({ environment, database });
    started.push(app);
    return app;
  };

  beforeAll(async () => {
    database = await TestDatabase.create();
  });
  afterAll(async () => {
    await Promise.all(started.map((app) => app.stop()));
    await database.drop();
  });

  describe('signed with the secret', () => {
    let app: TestApp;
    beforeAll(async () => {
      app = await start();
    });

    it('are good as HS256', async () => {
      expect((await withToken(app, token('alice'))).status).toBe(200);
    });

    it.each(['Bearer', 'bearer', 'BEARER', 'Bearer  '])(
      'come with the scheme %j, which has no case',
      async (scheme) => {
        expect((await ask(app, `${scheme} ${await token('alice')}`)).status).toBe(200);
      },
    );

    it.each(['HS384', 'HS512'])('are refused as %s', async (alg) => {
      const long = createSecretKey(Buffer.from(JWT_SECRET.padEnd(64, ' ')));
      expectUnauthenticated(await withToken(app, sign({ alg }, secretKey(JWT_SECRET.padEnd(64, ' ')))));
      expectUnauthenticated(await withToken(app, sign({ alg }, long)));
      const hash = alg.replace('HS', 'sha');
      const byHand = forge({ alg }, goodClaims(), (signed) =>
        createHmac(hash, JWT_SECRET).update(signed).digest('base64url'),
      );
      expectUnauthenticated(await withToken(app, byHand));
    });

    it('are refused without a signature', async () => {
      for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined, 0, ['HS256']]) {
        expectUnauthenticated(
          await withToken(
            app,
            forge({ alg }, goodClaims(), () => ''),
          ),
        );
      }
    });

    it('are refused with another secret, or a signature that was touched', async () => {
      expectUnauthenticated(await withToken(app, sign({ alg: 'HS256' }, secretKey(JWT_SECRET + ' '))));
      const [header, payload, signature = ''] = (await token('alice')).split('.');
      const other = Buffer.from(JSON.stringify({ ...goodClaims(), sub: 'bob' })).toString('base64url');
      expectUnauthenticated(await withToken(app, `${header}.${other}.${signature}`));
      const flipped = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
      expectUnauthenticated(await withToken(app, `${header}.${payload}.${flipped}`));
      expectUnauthenticated(await withToken(app, `${header}.${payload}.`));
      expectUnauthenticated(await withToken(app, `${header}.${payload}`));
    });

    it('are refused when they name a key, an address or a critical extension of their own', async () => {
      const key = secretKey('a secret of somebody else, just as long');
      const jwk = { kty: 'oct', k: key.export().toString('base64url') };
      for (const header of [
        { jwk },
        { jku: 'http://127.0.0.1:1/' },
        { x5u: 'http://127.0.0.1:1/' },
        { x5c: ['AA=='] },
      ]) {
        expectUnauthenticated(await withToken(app, sign({ alg: 'HS256', ...header }, key)));
      }
      for (const extension of [{ x: 1 }, { b64: false }, { exp: now() + 3600 }]) {
        const critical = forge({ alg: 'HS256', crit: Object.keys(extension), ...extension }, goodClaims(), (signed) =>
          createHmac('sha256', JWT_SECRET).update(signed).digest('base64url'),
        );
        expectUnauthenticated(await withToken(app, critical));
      }
    });

    it('are refused with whatever a key id could be made to mean', async () => {
      // What a verifier that looks keys up would find at these places: nothing, an empty file, or the caller's own text.
      for (const kid of [
        '',
        '/dev/null',
        '../../../../dev/null',
        "' union select 'chosen' --",
        'http://127.0.0.1:1/',
      ]) {
        for (const secret of ['', '\u0000', 'chosen', kid]) {
          const forged = forge({ alg: 'HS256', kid }, goodClaims(), (signed) =>
            createHmac('sha256', secret).update(signed).digest('base64url'),
          );
          expectUnauthenticated(await withToken(app, forged));
        }
      }
    });

    it('are refused encrypted, as JSON, or in more parts or fewer', async () => {
      const [header = '', payload = '', signature = ''] = (await token('alice')).split('.');
      const encrypted = Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM' })).toString('base64url');
      const json = Buffer.from(JSON.stringify({ protected: header, payload, signature })).toString('base64url');
      for (const parts of [[encrypted, '', payload, payload, signature], [json], [header, payload, signature, '']]) {
        expectUnauthenticated(await withToken(app, parts.join('.')));
      }
    });

    it('are refused right after one that differs from them in a byte was good, which stays good', async () => {
      const good = await token('alice');
      const [header = '', , signature = ''] = good.split('.');
      const otherPayload = Buffer.from(JSON.stringify({ ...goodClaims(), sub: 'bob' })).toString('base64url');
      const bytes = Buffer.from(signature, 'base64url').length;
      const forged = Array.from({ length: bytes }, (_, byte) => touched(good, byte));
      for (const bad of [...forged, `${header}.${otherPayload}.${signature}`, `${good}A`, good.slice(0, -2)]) {
        expect((await withToken(app, good)).status).toBe(200);
        expectUnauthenticated(await withToken(app, bad));
      }
      expect((await withToken(app, good)).status).toBe(200);
    });

    it('are refused once they have expired, however often they were good before', async () => {
      const exp = now() + 2;
      const good = await token('alice', { exp });
      const tolerated = (exp + 5) * SECOND;
      let requests = 0;
      while (Date.now() < tolerated - SECOND) {
        expect((await withToken(app, good)).status).toBe(200);
        requests++;
        await delay(200);
      }
      expect(requests).toBeGreaterThan(2);
      while (Date.now() < tolerated) await delay(tolerated - Date.now() + 1);
      expectUnauthenticated(await withToken(app, good));
      expectUnauthenticated(await withToken(app, good));
    });

    it('are refused without a time, or with a time that is none', async () => {
      for (const exp of [undefined, null, 'tomorrow', String(now() + 3600), [now() + 3600]]) {
        const forged = forge({ alg: 'HS256' }, { sub: 'alice', exp }, (signed) =>
          createHmac('sha256', JWT_SECRET).update(signed).digest('base64url'),
        );
        expectUnauthenticated(await withToken(app, forged));
      }
    });

    it('are good with whatever they say of when they were issued: that is for whoever issues them', async () => {
      for (const iat of [now() + 400 * 86_400, 0, undefined]) {
        expect((await withToken(app, token('alice', { iat }))).status).toBe(200);
      }
    });

    it('are forgiven clocks that differ by less than 5 seconds, and no more', async () => {
      const frozen = 1_900_000_000;
      const at = { alg: 'HS256' };
      const key = secretKey(JWT_SECRET);
      const clock = jest.useFakeTimers({ now: frozen * SECOND, doNotFake: [...NOT_THE_DATE] });
      try {
        expect((await withToken(app, sign(at, key, { exp: frozen - 4 }))).status).toBe(200);
        expectUnauthenticated(await withToken(app, sign(at, key, { exp: frozen - 5 })));
        expectUnauthenticated(await withToken(app, sign(at, key, { exp: frozen - 6 })));
        expect((await withToken(app, sign(at, key, { exp: frozen + 60, nbf: frozen + 5 }))).status).toBe(200);
        expectUnauthenticated(await withToken(app, sign(at, key, { exp: frozen + 60, nbf: frozen + 6 })));
      } finally {
        clock.useRealTimers();
      }
    });

    it('are refused without a sub that can be a user id', async () => {
      const subs = [undefined, null, '', 7, true, ['alice'], { id: 'alice' }, 'a'.repeat(256), '\u{1F600}'.repeat(256)];
      for (const sub of [...subs, 'a\u0000b', '\u0000', '\ud800', 'alice\udfff']) {
        const forged = forge({ alg: 'HS256' }, { ...goodClaims(), sub }, (signed) =>
          createHmac('sha256', JWT_SECRET).update(signed).digest('base64url'),
        );
        expectUnauthenticated(await withToken(app, forged));
      }
    });

    it('keep their sub untouched', async () => {
      const subs = [' alice ', 'user.a', 'user_a', 'User.a', 'é', 'e\u0301', '\u{1F600}'.repeat(255), "'; select 1 --"];
      for (const sub of subs) {
        const { status, body } = await (await app.as(sub)).get('/init');
        expect(status).toBe(200);
        expect([body.user.id, body.user.clerk_user_id, body.session.session_id]).toEqual([sub, sub, sub]);
      }
    });

    it.each([
      [
        { email: 'ada@example.com', given_name: 'Ada', family_name: 'Lovelace' },
        { email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace' },
      ],
      [
        { first_name: 'Ada', last_name: 'Lovelace' },
        { email: null, first_name: 'Ada', last_name: 'Lovelace' },
      ],
      [
        { given_name: 'Ada', first_name: 'Augusta', family_name: 'Lovelace', last_name: 'King' },
        { email: null, first_name: 'Ada', last_name: 'Lovelace' },
      ],
      [
        { email: 7, given_name: ['Ada'], family_name: { of: 'Lovelace' } },
        { email: null, first_name: null, last_name: null },
      ],
      [{}, { email: null, first_name: null, last_name: null }],
    ])('tell of the user: %j', async (claims, expected) => {
      const { body } = await (await app.as('ada', claims)).get('/init');
      expect(body.user).toEqual({ id: 'ada', clerk_user_id: 'ada', ...expected });
    });

    it.each([
      ['nothing', null],
      ['an empty header', ''],
      ['a scheme alone', 'Bearer'],
      ['a scheme and blanks', 'Bearer   '],
      ['garbage', 'Bearer garbage'],
      ['two dots', 'Bearer ..'],
      ['many dots', `Bearer ${'.'.repeat(100)}`],
      ['the scheme Basic', `Basic ${Buffer.from('alice:secret').toString('base64')}`],
      ['another scheme', 'Token abc'],
      ['what is no ASCII', 'Bearer \u00e9\u00e9\u00e9.\u00e9.\u00e9'],
    ])('are refused when there is %s', async (_name, authorization) => {
      expectUnauthenticated(await ask(app, authorization));
    });

    it('are refused under another scheme, behind another word, or without one', async () => {
      const good = await token('alice');
      for (const header of [
        `Basic ${good}`,
        `Bearer Bearer ${good}`,
        `Bearer ${good} ${good}`,
        `Bearer${good}`,
        good,
      ]) {
        expectUnauthenticated(await ask(app, header));
      }
      expectUnauthenticated(await ask(app, `Bearer ${good}, Bearer ${good}`));
    });

    it('are not looked for in the address, the body or a cookie', async () => {
      const good = await token('alice');
      const query = ['access_token', 'token', 'auth_token', 'jwt'].map((name) => `${name}=${good}`).join('&');
      expectUnauthenticated(await ask(app, null, `/status?${query}`));
      const headers = { cookie: `token=${good}`, 'x-access-token': good };
      expectUnauthenticated(await app.anonymous().post('/start', { auth_token: good, access_token: good }, headers));
    });

    it('of 15 KB are verified in no time, and larger ones not at all', async () => {
      expectUnauthenticated(await withToken(app, 'x'.repeat(15_000)));
      expect((await withToken(app, token('alice', { filler: 'x'.repeat(10_000) }))).status).toBe(200);
      const { status, headers, body } = await withToken(app, 'x'.repeat(20_000));
      expect([status, headers.get('content-type')]).toEqual([431, 'application/problem+json']);
      expect(body).toMatchObject({ status: 431, detail: expect.any(String) });
    });

    it('give each of many interleaved requests the identity of its own caller', async () => {
      const users = Array.from({ length: 20 }, (_, index) => `user ${index}`);
      const clients = await Promise.all(users.map((user) => app.as(user, { email: `${user}@example.com` })));
      const requests = Array.from({ length: 10 }, () => clients).flat();
      const answers = await Promise.all(requests.map((client) => client.get('/init')));
      expect(answers).toHaveLength(200);
      expect(answers.map(({ body }) => [body.user.id, body.user.email])).toEqual(
        Array.from({ length: 10 }, () => users.map((user) => [user, `${user}@example.com`])).flat(),
      );
    });
  });

  describe('with an issuer and an audience set', () => {
    let app: TestApp;
    const right = { iss: 'https://id.example.com/', aud: 'onboarding' };
    beforeAll(async () => {
      app = await start({ AUTH_ISSUER: right.iss, AUTH_AUDIENCE: right.aud });
    });

    it('are good when they name both', async () => {
      expect((await withToken(app, token('alice', right))).status).toBe(200);
      expect((await withToken(app, token('alice', { ...right, aud: ['other', right.aud] }))).status).toBe(200);
    });

    it.each([
      { iss: undefined },
      { aud: undefined },
      { iss: 'https://id.example.com' },
      { iss: 'https://evil.example.com/' },
      { aud: 'Onboarding' },
      { aud: [] },
      { aud: ['other'] },
    ])('are refused with %j', async (wrong) => {
      expectUnauthenticated(await withToken(app, token('alice', { ...right, ...wrong })));
    });
  });

  describe.each(ALGORITHMS)('signed with a key pair (%s)', (algorithm) => {
    let app: TestApp;
    const { publicKey, privateKey } = PAIRS[algorithm];
    beforeAll(async () => {
      app = await start({ AUTH_JWT_SECRET: undefined, AUTH_JWT_PUBLIC_KEY: pem(publicKey) });
    });

    it('are good', async () => {
      expect((await withToken(app, sign({ alg: algorithm }, privateKey))).status).toBe(200);
      expect((await withToken(app, sign({ alg: algorithm, kid: 'whatever' }, privateKey))).status).toBe(200);
    });

    it('are refused as HS256 with the public key as secret', async () => {
      const spellings = [pem(publicKey), pem(publicKey).trim(), pem(publicKey).replaceAll('\n', '\\n')];
      const binary = publicKey.export({ type: 'spki', format: 'der' });
      for (const secret of [...spellings.map((text) => Buffer.from(text)), binary]) {
        const forged = forge({ alg: 'HS256' }, goodClaims(), (signed) =>
          createHmac('sha256', secret).update(signed).digest('base64url'),
        );
        expectUnauthenticated(await withToken(app, forged));
      }
    });

    it('are refused without a signature, by another key, and of another kind', async () => {
      expectUnauthenticated(
        await withToken(
          app,
          forge({ alg: 'none' }, goodClaims(), () => ''),
        ),
      );
      expectUnauthenticated(await withToken(app, token('alice')));
      for (const other of ALGORITHMS.filter((name) => name !== algorithm)) {
        expectUnauthenticated(await withToken(app, sign({ alg: other }, PAIRS[other].privateKey)));
      }
      const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
      expectUnauthenticated(await withToken(app, sign({ alg: 'RS256' }, stranger.privateKey)));
    });

    it('are refused with a signature of nothing, or one that was touched', async () => {
      const good = await sign({ alg: algorithm }, privateKey);
      const [header = '', payload = '', signature = ''] = good.split('.');
      const bytes = Buffer.from(signature, 'base64url').length;
      expect((await withToken(app, good)).status).toBe(200);
      for (const byte of [0, Math.floor(bytes / 2), bytes - 1]) {
        expectUnauthenticated(await withToken(app, touched(good, byte)));
      }
      for (const forged of [Buffer.alloc(bytes), Buffer.alloc(bytes, 0xff), Buffer.alloc(0), Buffer.alloc(bytes + 1)]) {
        expectUnauthenticated(await withToken(app, `${header}.${payload}.${forged.toString('base64url')}`));
      }
    });

    it('are refused when they bring their own key, or say where it is', async () => {
      const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const jwk = await exportJWK(own.publicKey);
      const places = {
        jku: 'http://127.0.0.1:1/',
        x5u: 'http://127.0.0.1:1/',
        x5c: ['AA=='],
        x5t: 'AA',
        kid: '../../key',
      };
      for (const header of [{ jwk }, ...Object.entries(places).map(([name, value]) => ({ [name]: value }))]) {
        expectUnauthenticated(await withToken(app, sign({ alg: 'RS256', ...header }, own.privateKey)));
      }
    });

    it('are refused before their time', async () => {
      expectUnauthenticated(await withToken(app, sign({ alg: algorithm }, privateKey, { nbf: now() + 60 })));
    });

    it.each([undefined, null, 7, '', ['alice'], { id: 'alice' }])('are refused with the sub %j', async (sub) => {
      const claims = { sub } as unknown as JWTPayload;
      expectUnauthenticated(await withToken(app, sign({ alg: algorithm }, privateKey, claims)));
    });

    it('are refused when they have expired, or never do', async () => {
      expectUnauthenticated(await withToken(app, sign({ alg: algorithm }, privateKey, { exp: now() - 60 })));
      expectUnauthenticated(await withToken(app, sign({ alg: algorithm }, privateKey, { exp: undefined })));
    });
  });

  it('are refused as ES256 with a signature as certificates have it', async () => {
    const { publicKey, privateKey } = PAIRS.ES256;
    const app = await start({ AUTH_JWT_SECRET: undefined, AUTH_JWT_PUBLIC_KEY: pem(publicKey) });
    const forged = (dsaEncoding: 'der' | 'ieee-p1363') =>
      forge({ alg: 'ES256' }, goodClaims(), (signed) =>
        createSign('sha256').update(signed).sign({ key: privateKey, dsaEncoding }).toString('base64url'),
      );
    expect((await withToken(app, forged('ieee-p1363'))).status).toBe(200);
    expectUnauthenticated(await withToken(app, forged('der')));
  });

  it.each(['RS384', 'RS512', 'PS256', 'PS512'])('are refused as %s, which is not on the list', async (alg) => {
    const { publicKey, privateKey } = PAIRS.RS256;
    const app = await start({ AUTH_JWT_SECRET: undefined, AUTH_JWT_PUBLIC_KEY: pem(publicKey) });
    expectUnauthenticated(await withToken(app, sign({ alg }, privateKey)));
  });

  describe('of two applications in one process', () => {
    it('do not mix, at the same time either', async () => {
      const secrets = ['the secret of the first application', 'the secret of the second application'];
      const apps = await Promise.all(secrets.map((secret) => start({ AUTH_JWT_SECRET: secret })));
      const tokens = await Promise.all(secrets.map((secret) => sign({ alg: 'HS256' }, secretKey(secret))));
      const rounds = Array.from({ length: 20 }, () => apps.flatMap((app) => tokens.map((given) => ({ app, given }))));
      const answers = await Promise.all(rounds.flat().map(({ app, given }) => withToken(app, given)));
      expect(answers.map(({ status }) => status)).toEqual(rounds.flatMap(() => [200, 401, 401, 200]));
    });
  });

  describe('verified with a set of keys', () => {
    let server: KeySetServer;
    let keys: object[];
    const good = (alg: Algorithm, claims: JWTPayload = {}) =>
      sign({ alg, kid: `key of ${alg}` }, PAIRS[alg].privateKey, claims);
    const startWithKeySet = () => start({ AUTH_JWT_SECRET: undefined, AUTH_JWKS_URL: server.url });

    beforeAll(async () => {
      server = await KeySetServer.start();
      keys = await Promise.all(
        ALGORITHMS.map(async (alg) => ({
          ...(await exportJWK(PAIRS[alg].publicKey)),
          kid: `key of ${alg}`,
          alg,
          use: 'sig',
        })),
      );
      server.serve(keys);
    });
    afterAll(() => server.down());

    it('are good in each algorithm, with one fetch for all', async () => {
      const app = await startWithKeySet();
      server.fetches = 0;
      const tokens = await Promise.all(
        Array.from({ length: 10 }, () => ALGORITHMS)
          .flat()
          .map((alg) => good(alg)),
      );
      const answers = await Promise.all(tokens.map((given) => withToken(app, given)));
      expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 200));
      expect((await withToken(app, good('RS256'))).status).toBe(200);
      expect(server.fetches).toBe(1);
    });

    it('are refused when forged', async () => {
      const app = await startWithKeySet();
      const kid = 'key of RS256';
      const { privateKey: stranger } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      expectUnauthenticated(await withToken(app, sign({ alg: 'RS256', kid }, stranger)));
      expectUnauthenticated(await withToken(app, sign({ alg: 'RS512', kid }, PAIRS.RS256.privateKey)));
      expectUnauthenticated(await withToken(app, sign({ alg: 'ES256', kid }, PAIRS.ES256.privateKey)));
      expectUnauthenticated(
        await withToken(
          app,
          forge({ alg: 'none', kid }, goodClaims(), () => ''),
        ),
      );
      expectUnauthenticated(await withToken(app, good('RS256', { exp: now() - 60 })));
      expectUnauthenticated(await withToken(app, token('alice')));
      for (const secret of [pem(PAIRS.RS256.publicKey), JSON.stringify(keys[0]), '']) {
        const forged = forge({ alg: 'HS256', kid }, goodClaims(), (signed) =>
          createHmac('sha256', secret).update(signed).digest('base64url'),
        );
        expectUnauthenticated(await withToken(app, forged));
      }
    });

    it('are refused, and fetch nothing, when they say where their key is', async () => {
      const app = await startWithKeySet();
      const evil = await KeySetServer.start();
      const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const jwk = await exportJWK(publicKey);
      evil.serve([{ ...jwk, kid: 'mine' }]);
      const kids = [
        'mine',
        '',
        '../../../../dev/null',
        '/etc/passwd',
        evil.url,
        "' union select 'secret' --",
        '__proto__',
        'key of RS256\u0000',
        'x'.repeat(5000),
      ];
      try {
        for (const kid of kids) {
          const places = { jku: evil.url, x5u: evil.url };
          expectUnauthenticated(await withToken(app, sign({ alg: 'RS256', kid, ...places, jwk }, privateKey)));
        }
        expect(evil.fetches).toBe(0);
      } finally {
        await evil.down();
      }
    });

    it('with an unknown key are refused only once the set was fetched', async () => {
      const app = await startWithKeySet();
      const unknown = sign({ alg: 'RS256', kid: 'unknown' }, PAIRS.RS256.privateKey);
      await server.down();
      expectUnavailable(await withToken(app, unknown));
      await server.up();
      expectUnauthenticated(await withToken(app, unknown));
    });

    it('with a key that is new are good after a fetch, and wait for it while the server is away', async () => {
      const app = await startWithKeySet();
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      const rotated = sign({ alg: 'EdDSA', kid: 'rotated' }, privateKey, { exp: now() + 7200 });
      expect((await withToken(app, good('ES256'))).status).toBe(200);
      await server.down();
      expectUnavailable(await withToken(app, rotated));
      expect((await withToken(app, good('ES256'))).status).toBe(200);
      await server.up();
      server.serve([...keys, { ...(await exportJWK(publicKey)), kid: 'rotated' }]);
      try {
        expect((await withToken(app, rotated)).status).toBe(200);
      } finally {
        server.serve(keys);
      }
    });

    it.each<[string, () => void]>([
      ['answers 500', () => server.reply((response) => response.writeHead(500).end('{"keys":[]}'))],
      ['answers 404', () => server.reply((response) => response.writeHead(404).end('{"keys":[]}'))],
      ['points elsewhere', () => server.reply((response) => response.writeHead(302, { location: '/' }).end())],
      ['answers garbage', () => server.reply((response) => response.end('<html>busy</html>'))],
      ['answers with nothing', () => server.reply((response) => response.end())],
      ['answers with no set of keys', () => server.reply((response) => response.end('{"keys":"none"}'))],
      ['answers null', () => server.reply((response) => response.end('null'))],
      ['hangs up', () => server.reply((response) => response.destroy())],
      ['stops in the middle', () => server.reply((response) => response.write('{', () => response.destroy()))],
      ['never answers', () => server.reply(() => undefined)],
    ])('wait when the server %s, and are good when it is well again', async (_name, fail) => {
      const app = await startWithKeySet();
      fail();
      try {
        expectUnavailable(await withToken(app, good('RS256')));
        expectUnauthenticated(await ask(app, null));
        expect((await ask(app, null, '/config')).status).toBe(200);
      } finally {
        server.serve(keys);
      }
      expect((await withToken(app, good('RS256'))).status).toBe(200);
    });

    it('wait when nobody listens', async () => {
      const app = await startWithKeySet();
      await server.down();
      const answers = await Promise.all(ALGORITHMS.map((alg) => withToken(app, good(alg))));
      answers.forEach(expectUnavailable);
      await server.up();
      expect((await withToken(app, good('RS256'))).status).toBe(200);
    });
  });
});

/** Everything that jest can fake but the date: the server's timers must go on. */
const NOT_THE_DATE = [
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'requestAnimationFrame',
  'cancelAnimationFrame',
  'requestIdleCallback',
  'cancelIdleCallback',
  'setImmediate',
  'clearImmediate',
  'setInterval',
  'clearInterval',
  'setTimeout',
  'clearTimeout',
] as const satisfies readonly string[];
