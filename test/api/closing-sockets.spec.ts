import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { eventually } from '../support/process/deadline.js';
import { logLines } from '../support/service/log-lines.js';
import { TestApp } from '../support/service/app.js';

/** Five seconds for the token, six for the answer to the closing, and what a busy machine adds. */
const SOON_MS = 20_000;

let app: TestApp;

beforeAll(async () => {
  app = await TestApp.start();
});
afterAll(() => app.stop());

it('a stranger who does not answer the closing of a socket loses its place soon', async () => {
  const socket = new WebSocket(new URL('/api/onboarding/live', app.url.replace('http', 'ws')), 'onboarding.v1');
  await once(socket, 'open');
  // It reads nothing any more, so it never learns that it is to close.
  socket.pause();
  const ends = () => logLines(app).filter(({ msg }) => msg === 'live connection ended');
  await eventually('its place is free', () => ends().length > 0, SOON_MS);
  expect(ends()).toMatchObject([{ door: 'websocket', user: null, code: 'silent' }]);
  socket.terminate();
});
