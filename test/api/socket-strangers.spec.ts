import { afterEach, expect, it } from '@jest/globals';
import { TestSocket } from '../support/live/test-socket.js';
import { KeySetServer } from '../support/servers/key-set-server.js';
import { TestApp } from '../support/service/app.js';
import { PAIRS, sign } from '../support/service/signed-tokens.js';

/** More than the buffers of a connection take. */
const FLOOD_BYTES = 32 * 1024 * 1024;
const MESSAGE = 'x'.repeat(16 * 1024);

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

it('while a token is verified, what a stranger sends waits in the connection', async () => {
  const keySet = await KeySetServer.start();
  endings.push(() => keySet.down());
  const app = await TestApp.start({ environment: { AUTH_JWT_SECRET: undefined, AUTH_JWKS_URL: keySet.url } });
  endings.push(() => app.stop());
  // The set of keys never comes.
  keySet.reply(() => undefined);
  const socket = await TestSocket.open(app.url);
  socket.send({ type: 'authenticate', token: await sign({ alg: 'RS256', kid: 'unknown' }, PAIRS.RS256.privateKey) });
  for (let sent = 0; sent < FLOOD_BYTES; sent += MESSAGE.length) socket.socket.send(MESSAGE);
  await socket.next('error');
  expect(socket.socket.bufferedAmount).toBeGreaterThan(0);
  socket.socket.terminate();
});
