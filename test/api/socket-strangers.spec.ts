import { afterEach, expect, it } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TestSocket } from '../support/live/test-socket.js';
import { eventually, within } from '../support/process/deadline.js';
import { KeySetServer } from '../support/servers/key-set-server.js';
import { TestApp } from '../support/service/app.js';
import { PAIRS, sign } from '../support/service/signed-tokens.js';

/** Sockets that strangers may hold, and how soon those beyond are gone: sooner than those that are waited for. */
const MOST_STRANGERS = 1000;
const SOON_MS = 2000;

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

it('strangers with made-up tokens who do not answer the closing hold no more sockets than others', async () => {
  const app = await TestApp.start();
  endings.push(() => app.stop());
  let open = 0;
  const count = (message: unknown) => {
    const { opened = 0, ended = 0 } = message as { opened?: number; ended?: number };
    open += opened - ended;
  };
  subscribe('onboarding.live.connections', count);
  endings.push(() => unsubscribe('onboarding.live.connections', count));
  const strangers = Array.from({ length: MOST_STRANGERS + 200 }, () => handshake(app.url));
  endings.push(() => strangers.forEach((stranger) => stranger.destroy()));
  await within('each is answered', Promise.all(strangers.map((stranger) => once(stranger, 'data'))));
  await eventually('those beyond the limit are gone', () => open <= MOST_STRANGERS, SOON_MS);
});

/** A client that asks for a socket with a token that is none, and never says anything again. */
function handshake(url: string): Socket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const lines = [
    'GET /api/onboarding/live HTTP/1.1',
    'Host: x',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Authorization: Bearer made-up',
  ];
  socket.write([...lines, '', ''].join('\r\n'));
  return socket;
}
