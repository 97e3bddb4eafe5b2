import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { messagesAfter } from '../example/live-events.js';
import { showProgress } from '../example/live-socket.js';
import { sample } from '../support/data/samples.js';
import { eventually, within } from '../support/process/deadline.js';
import { TcpProxy } from '../support/servers/tcp-proxy.js';
import { TestApp } from '../support/service/app.js';
import { token } from '../support/service/tokens.js';

const page = readFileSync('docs/live.md', 'utf8');

/** Without what differs from user to user and from day to day. */
const normal = (text: string) =>
  text
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<session>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/^retry: \d{4}$/m, 'retry: <ms>')
    // Beats come in the rhythm of the service.
    .replaceAll(/^id: .*\nevent: beat\n.*\n\n/gm, '');

describe('docs/live.md', () => {
  let app: TestApp;
  let proxy: TcpProxy;

  beforeAll(async () => {
    app = await TestApp.start();
    proxy = await TcpProxy.to(Number(new URL(app.url).port));
  });
  afterAll(async () => {
    await proxy.close();
    await app.stop();
  });

  it('shows what its request is answered with', async () => {
    const request =
      /^curl -sN -H "Authorization: Bearer \$TOKEN" 'http:\/\/localhost:3000(\S+)'\n```\n\n```\n([^]*?)```/m;
    const [, path = '', answer = ''] = request.exec(page) ?? [];
    const alice = await app.as('alice');
    expect((await alice.post('/step/2/complete', { data: { website: 'example.com' } })).status).toBe(200);
    const leaving = new AbortController();
    const { body } = await fetch(app.url + path, {
      headers: { authorization: `Bearer ${await token('alice')}` },
      signal: leaving.signal,
    });
    let text = '';
    for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (/^event: live\ndata: .*\n\n/m.test(text)) break;
    }
    leaving.abort();
    expect(normal(text).trim()).toBe(normal(answer).trim());
  });

  it('shows progress over a bare WebSocket, and where to go on', async () => {
    const stopping = await TestApp.start();
    const [user, shown] = [await stopping.as('live.socket'), [] as number[]];
    const show = (percentage: number) => shown.push(percentage);
    const ended = showProgress(stopping.url, await token('live.socket'), null, show);
    await eventually('the page shows the start', () => shown.length === 2);
    expect((await user.post('/step/2/complete', sample(2))).status).toBe(200);
    await eventually('the page shows the change', () => shown.length === 3);
    expect([shown[0], shown[1], shown[2]]).toEqual([0, 0, (await user.get('/status')).body.completion_percentage]);

    const now = Math.floor(Date.now() / 1000);
    const expired = await showProgress(app.url, await token('live.late', { exp: now - 60 }), '0', show);
    expect(expired).toEqual({ code: 4401, position: '0', retryMs: null });

    const { headers } = await user.get('/status');
    await stopping.stop();
    const position = headers.get('etag')?.replaceAll('"', '');
    expect(await within('the socket has ended', ended)).toEqual({ code: 1012, position, retryMs: expect.any(Number) });
  });

  it('follows a user from a server: each event once and in order, through lost connections', async () => {
    const [user, leaving] = [await app.as('live.server'), new AbortController()];
    const events: string[] = [];
    let timesLive = 0;
    const following = (async () => {
      const url = `http://127.0.0.1:${proxy.port}`;
      for await (const { type, event } of messagesAfter('0', url, () => token('live.server'), leaving.signal)) {
        if (type === 'live') timesLive += 1;
        if (event) events.push(event.type);
      }
    })();
    for (const step of [2, 3, 4]) {
      await eventually('the server is live', () => timesLive === step - 1);
      proxy.cut();
      expect((await user.post(`/step/${step}/complete`, sample(step))).status).toBe(200);
    }
    await eventually('the server has caught up', () => events.length === 4);
    expect(events).toEqual(['onboarding_started', 'step_completed', 'step_completed', 'step_completed']);
    leaving.abort();
    await following;
  });

  it('ends what follows a user when it is refused', async () => {
    const messages = messagesAfter('none', app.url, () => token('live.refused'), new AbortController().signal);
    await expect(messages.next()).rejects.toThrow(/^400: .*must be a position/);
  });
});
