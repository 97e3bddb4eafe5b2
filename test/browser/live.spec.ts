import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { eventually } from '../support/process/deadline.js';
import { TcpProxy } from '../support/servers/tcp-proxy.js';
import { TestDatabase } from '../support/database/database.js';
import { TestApp } from '../support/service/app.js';
import { done } from '../support/service/done.js';
import { token } from '../support/service/tokens.js';
import { sample } from '../support/data/samples.js';
import { startBrowser, type TestBrowser } from './browser.js';

const HTML = `<!doctype html><meta charset="utf-8"><title>Progress</title>
<output id="state">connecting</output><output id="percentage"></output><pre id="lines"></pre>
<script type="module" src="/page.js"></script>`;

const portOf = (url: string) => Number(new URL(url).port);

/** A page of another origin that watches its user, as `watchProgress` of the client lets it. */
describe.each(['websocket', 'events'])('A page that watches over %s', (transport) => {
  let database: TestDatabase;
  let app: TestApp;
  /** The service's address, which stays the same when the service restarts. */
  let proxy: TcpProxy;
  let site: Server;
  let origin: string;
  let browser: TestBrowser;
  let pages: Page[];

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: ['test/browser/live-page.ts'],
      bundle: true,
      platform: 'browser',
      format: 'esm',
      write: false,
    });
    const script = outputFiles[0]?.text;
    site = createServer(({ url }, response) => {
      const isScript = url === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html').end(isScript ? script : HTML);
    });
    await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    database = await TestDatabase.create();
    app = await startApp();
    proxy = await TcpProxy.to(portOf(app.url));
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.stop();
    await proxy?.close();
    await app?.stop();
    await database?.drop();
    site?.close();
  });

  beforeEach(() => {
    pages = [];
  });
  afterEach(async () => {
    for (const page of pages) await page.context().close();
  });

  const startApp = () => TestApp.start({ database, environment: { CORS_ORIGINS: origin } });

  /** What a page's connections have shown of the service. */
  interface Traffic {
    readonly opened: string[];
    received: string;
  }

  /** Opens the page of a user, who signs in by that function. */
  async function open(freshToken: () => Promise<string>): Promise<{ page: Page; traffic: Traffic }> {
    const page = await browser.newPage();
    pages.push(page);
    const traffic: Traffic = { opened: [], received: '' };
    page.on('websocket', (socket) => {
      traffic.opened.push(socket.url());
      socket.on('framereceived', ({ payload }) => (traffic.received += payload.toString()));
    });
    page.on('request', (request) => {
      if (request.url().includes('/api/onboarding/events') && request.method() === 'GET')
        traffic.opened.push(request.url());
    });
    await page.exposeFunction('freshToken', freshToken);
    const service = `http://127.0.0.1:${proxy.port}`;
    await page.goto(`${origin}/?${new URLSearchParams({ service, transport }).toString()}`);
    return { page, traffic };
  }

  const becomes = (page: Page, state: string) => page.locator('#state', { hasText: state }).waitFor();
  const linesOf = async (page: Page) => (await page.locator('#lines').innerText()).split('\n').filter(Boolean);
  /** Waits for a number of lines; gives them without positions. */
  async function lines(page: Page, count: number): Promise<readonly string[]> {
    await eventually(`${count} lines`, async () => (await linesOf(page)).length >= count);
    return (await linesOf(page)).map((line) => line.replace(/^\d+\.\S+ /, ''));
  }
  const complete = async (userId: string, step: 2 | 3 | 4) =>
    done((await app.as(userId)).post(`/step/${step}/complete`, sample(step)));

  it('shows what happens elsewhere, through a reload', async () => {
    const user = `reload ${transport}`;
    const given = await token(user);
    const { page, traffic } = await open(() => Promise.resolve(given));
    await becomes(page, 'live');
    expect(await linesOf(page)).toEqual(['snapshot first']);
    await complete(user, 2);
    const before = await lines(page, 2);
    expect(before).toContain('step_completed website');
    const { completion_percentage } = (await (await app.as(user)).get('/status')).body;
    await page.locator('#percentage', { hasText: String(completion_percentage) }).waitFor();
    await page.reload();
    await becomes(page, 'live');
    await complete(user, 3);
    const after = await lines(page, before.length + 1);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).toContain('step_completed research');
    expect(new Set(await linesOf(page)).size).toBe(after.length);
    expect(traffic.opened[1]).toMatch(/after=\d+\./);
    expect(traffic.opened.join()).not.toContain(given);
  });

  it('misses nothing while it is offline, and comes back at once', async () => {
    const user = `offline ${transport}`;
    await complete(user, 2);
    const { page, traffic } = await open(() => token(user));
    await becomes(page, 'live');
    // Every wait is as good as endless: the page comes back because it is online again.
    await page.evaluate(() => (Math.random = () => 1000));
    await page.context().setOffline(true);
    proxy.cut();
    await becomes(page, 'waiting');
    await complete(user, 3);
    await complete(user, 4);
    expect(await linesOf(page)).toEqual(['snapshot first']);
    await page.context().setOffline(false);
    await becomes(page, 'live');
    const seen = await lines(page, 3);
    expect(seen.filter((line) => line.startsWith('step_completed'))).toEqual([
      'step_completed research',
      'step_completed personalization',
    ]);
    expect(seen.filter((line) => line.startsWith('snapshot'))).toHaveLength(1);
    expect(traffic.opened.length).toBeGreaterThan(1);
  });

  it('renews a token before it expires', async () => {
    const user = `renewal ${transport}`;
    const ends: number[] = [];
    const { page, traffic } = await open(() => {
      // The second one lasts: a busy machine must not come to a third.
      const exp = Math.floor(Date.now() / 1000) + (ends.length === 0 ? 12 : 3600);
      ends.push(exp * 1000);
      return token(user, { exp });
    });
    await becomes(page, 'live');
    // The service looks once a second for tokens that have expired.
    await eventually('the first token has expired', () => Date.now() > (ends[0] ?? 0) + 2000);
    await becomes(page, 'live');
    await complete(user, 2);
    expect(await lines(page, 2)).toContain('step_completed website');
    // A socket takes the fresh token; a stream is opened again with it.
    if (transport === 'websocket') expect([traffic.opened.length, ends.length]).toEqual([1, 2]);
    expect(await linesOf(page)).toHaveLength(new Set(await linesOf(page)).size);
  });

  it('asks for another token once one has expired, and is signed out where there is none', async () => {
    const user = `expiry ${transport}`;
    // A sign-in that keeps its token for as long as it can.
    let exp: number | undefined;
    const freshToken = () => {
      exp ??= Math.floor(Date.now() / 1000) + 4;
      return token(user, Date.now() < exp * 1000 ? { exp, iat: 0 } : {});
    };
    const { page, traffic } = await open(freshToken);
    await becomes(page, 'live');
    await eventually('there is another connection', () => traffic.opened.length > 1);
    await becomes(page, 'live');
    await complete(user, 2);
    expect(await lines(page, 2)).toContain('step_completed website');
    const expired = await token(user, { exp });
    const other = await open(() => Promise.resolve(expired));
    await becomes(other.page, 'signed-out');
  });

  it('comes back after a restart of the service', async () => {
    const user = `restart ${transport}`;
    await complete(user, 2);
    const { page } = await open(() => token(user));
    await becomes(page, 'live');
    await app.stop();
    await becomes(page, 'waiting');
    await proxy.close();
    app = await startApp();
    await complete(user, 3);
    await proxy.open(portOf(app.url));
    await becomes(page, 'live');
    const seen = await lines(page, 2);
    expect(seen[0]).toBe('snapshot first');
    expect(seen).toContain('step_completed research');
    expect(seen.filter((line) => line.startsWith('snapshot'))).toHaveLength(1);
  });

  it('shows its own user and nobody else', async () => {
    const users = [`left ${transport}`, `right ${transport}`];
    const tabs = await Promise.all(users.map((user) => open(() => token(user))));
    for (const { page } of tabs) await becomes(page, 'live');
    await complete(users[0] ?? '', 2);
    await complete(users[1] ?? '', 3);
    const [left, right] = await Promise.all(tabs.map(({ page }) => lines(page, 2)));
    expect(left).toContain('step_completed website');
    expect(left?.join()).not.toContain('research');
    expect(right).toContain('step_completed research');
    expect(right?.join()).not.toContain('website');
    const sessions = await Promise.all(
      users.map(
        async (user) => (await (await app.as(user)).get('/status')).headers.get('etag')?.split(/[."]/)[2] ?? '',
      ),
    );
    const shown = await Promise.all(
      tabs.map(async ({ page, traffic }) => (await linesOf(page)).join() + traffic.received),
    );
    for (const [tab, text] of shown.entries())
      expect(sessions.map((session) => text.includes(session))).toEqual([tab === 0, tab === 1]);
  });

  it('shows nothing any more once it is left', async () => {
    const user = `left page ${transport}`;
    const { page } = await open(() => token(user));
    await becomes(page, 'live');
    await page.evaluate(() => globalThis.leave());
    await complete(user, 2);
    const other = await open(() => token(user));
    await becomes(other.page, 'live');
    expect([await linesOf(page), await page.locator('#state').innerText()]).toEqual([['snapshot first'], 'live']);
  });
});
