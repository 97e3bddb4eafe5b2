import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Locator, Page } from 'playwright-core';
import { TestApp } from '../support/service/app.js';
import { startBrowser, type TestBrowser } from './browser.js';
import { recordDefects } from './page-defects.js';

/** A window of the page, and what has gone wrong in it. */
interface Window {
  readonly page: Page;
  readonly defects: string[];
}

/** The page `/demo` as a developer sees and uses it. */
describe('The page for developers', () => {
  let app: TestApp;
  let browser: TestBrowser;
  const windows: Window[] = [];

  beforeAll(async () => {
    app = await TestApp.start();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.stop();
    await app?.stop();
  });
  afterEach(async () => {
    for (const { page } of windows.splice(0)) await page.close();
  });

  async function open(user: string, service = app): Promise<Window> {
    const page = await browser.newPage();
    const window = { page, defects: await recordDefects(page) };
    windows.push(window);
    await page.goto(`${service.url}/demo#${encodeURIComponent(user)}`);
    return window;
  }

  async function openLive(user: string): Promise<Window> {
    const window = await open(user);
    await connection(window, 'Live').waitFor();
    await step(window, 2).waitFor();
    return window;
  }

  const connection = ({ page }: Window, state: string) =>
    page.getByRole('status', { name: 'Live connection' }).filter({ hasText: state });

  const button = ({ page }: Window, name: string | RegExp) =>
    page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });

  const step = ({ page }: Window, n: number): Locator => page.getByRole('button', { name: `Step ${n}: ` });

  const shows = ({ page }: Window, percentage: number) =>
    page.locator(`[role="progressbar"][aria-valuenow="${percentage}"]`).waitFor();

  const isStep = (window: Window, n: number, status: string) => step(window, n).filter({ hasText: status }).waitFor();

  const event = ({ page }: Window, name: string) =>
    page.getByRole('list', { name: 'Events, the latest first' }).getByRole('listitem').filter({ hasText: name });

  async function completeStep(window: Window, n: number): Promise<void> {
    const head = step(window, n);
    await head.waitFor();
    if ((await head.getAttribute('aria-expanded')) === 'false') await head.click();
    await button(window, `Complete step ${n}`).click();
    await isStep(window, n, 'Completed');
  }

  it('opens under its policy and goes live, with nothing refused, failed or complained about', async () => {
    const { page, defects } = await openLive('alice');
    await page.getByRole('heading', { name: 'alice' }).waitFor();
    expect(await page.title()).toBe('0 % · alice');
    await page.waitForFunction(() => document.querySelectorAll('.due li').length > 0);
    expect(defects).toEqual([]);
  });

  it('leads a new user to the end, a step at a time', async () => {
    const window = await openLive('bob');
    await button(window, 'Start').click();
    await event(window, 'Onboarding started').waitFor();
    for (const [n, percentage] of [17, 33, 50, 67, 83, 100].entries()) {
      await completeStep(window, n + 1);
      await shows(window, percentage);
    }
    await window.page.getByText('Onboarding is complete.').waitFor();
    await event(window, 'Onboarding completed').waitFor();
    const { body } = await (await app.as('bob')).get('/status');
    expect(body).toMatchObject({ is_completed: true, completion_percentage: 100 });
    expect(window.defects).toEqual([]);
  });

  it.each(['WebSocket', 'Events'])(
    'shows through %s what another window does, and writes nothing itself',
    async (name) => {
      const user = `two windows ${name}`;
      const [first, second] = [await openLive(user), await openLive(user)];
      if (name === 'Events') {
        await second.page.getByRole('radio', { name }).check({ force: true });
        await connection(second, 'Live').waitFor();
      }
      await completeStep(first, 1);
      await shows(second, 17);
      await isStep(second, 1, 'Completed');
      await event(second, 'Step completed').filter({ hasText: 'api_keys' }).waitFor();
      await second.page.getByText('openai', { exact: true }).waitFor();
      await button(first, 'Soft reset').click();
      await shows(second, 0);
      await isStep(second, 1, 'Next');
      const requests = second.page.getByRole('list', { name: 'Requests, the latest first' });
      expect(await requests.innerText()).not.toMatch(/POST|DELETE/);
      expect([first.defects, second.defects]).toEqual([[], []]);
    },
  );

  it('catches up with what it has missed while it was disconnected', async () => {
    const window = await openLive('carol');
    await button(window, 'Disconnect').click();
    await connection(window, 'Disconnected').waitFor();
    const carol = await app.as('carol');
    await carol.post('/step/2/complete', { data: { website: 'https://bakery.example' } });
    await button(window, 'Connect').click();
    await connection(window, 'Live').waitFor();
    await isStep(window, 2, 'Completed');
    expect(window.defects).toEqual([]);
  });

  it('says why a request was refused, and how a dry run would end', async () => {
    const window = await openLive('dora');
    await button(window, 'Complete onboarding').click();
    await window.page.getByRole('status').filter({ hasText: 'Required steps are unfinished' }).waitFor();
    const data = window.page.getByLabel('Data to post');
    await button(window, 'Dry run').click();
    await window.page.getByRole('status').filter({ hasText: 'It would succeed; nothing is stored' }).waitFor();
    await data.fill('{ "api_keys": {} }');
    await button(window, 'Dry run').click();
    await window.page.getByRole('status').filter({ hasText: 'It would be refused' }).waitFor();
    await data.fill('{ no JSON');
    await window.page.getByText('This is not JSON').waitFor();
    expect(await button(window, 'Complete step 1').isDisabled()).toBe(true);
    expect((await (await app.as('dora')).get('/status')).body.started_at).toBeNull();
  });

  it('skips a step, saves and removes a key, and goes back to an earlier state', async () => {
    const window = await openLive('emil');
    await step(window, 4).click();
    await button(window, 'Skip Personalization').click();
    await isStep(window, 4, 'Skipped');
    await window.page.getByLabel('Provider', { exact: true }).selectOption('gemini');
    await button(window, 'Save key').click();
    await button(window, 'Remove the key of gemini').click();
    await event(window, 'Key removed').waitFor();
    await button(window, /Remove the key/).waitFor({ state: 'detached' });
    await button(window, 'Restore revision 1').click();
    await event(window, 'Earlier state restored').waitFor();
    await isStep(window, 4, 'Open');
    expect(window.defects).toEqual([]);
  });

  it('asks before a hard reset, and deletes only then', async () => {
    const window = await openLive('fritz');
    await completeStep(window, 1);
    await button(window, 'Hard reset…').click();
    const dialog = window.page.getByRole('dialog', { name: 'Delete everything of fritz?' });
    await dialog.getByRole('button', { name: 'Keep everything' }).click();
    await isStep(window, 1, 'Completed');
    await button(window, 'Hard reset…').click();
    await dialog.getByRole('button', { name: 'Delete everything' }).click();
    await window.page.getByText('Nothing has happened yet.').waitFor();
    await shows(window, 0);
    expect((await (await app.as('fritz')).get('/status')).body.started_at).toBeNull();
    expect(window.defects).toEqual([]);
  });

  it('shows the steps of the wizard that is chosen', async () => {
    const window = await openLive('gerd');
    await window.page.getByLabel('Wizard').selectOption('four');
    await window.page.getByText('0 of 4 finished').waitFor();
    await completeStep(window, 1);
    const { body, headers } = await (await app.as('gerd')).get('/init');
    expect([body.onboarding.flow, headers.get('onboarding-flow')]).toEqual(['four', 'four']);
    await event(window, 'website').waitFor();
    expect(window.defects).toEqual([]);
  });

  it('goes to another user, and shows nothing of the one before', async () => {
    const window = await openLive('hanna');
    await completeStep(window, 1);
    await window.page.getByLabel('User').fill('ingo');
    await button(window, 'Open').click();
    await window.page.getByRole('heading', { name: 'ingo' }).waitFor();
    await window.page.getByText('Nothing has happened yet.').waitFor();
    await shows(window, 0);
    expect(new URL(window.page.url()).hash).toBe('#ingo');
    const remembered = await window.page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }]);
    expect(remembered).toEqual([{}, { 'onboarding-demo-users': '["ingo","hanna"]' }]);
  });

  it('can be used with the keyboard alone', async () => {
    const window = await openLive('jens');
    const { keyboard } = window.page;
    await step(window, 2).focus();
    await keyboard.press('Enter');
    await window.page.getByLabel('Data to post').waitFor();
    // Sample, the text, then the first button behind it; what is saved cannot be chosen yet.
    for (const _ of ['sample', 'text', 'complete']) await keyboard.press('Tab');
    await keyboard.press('Enter');
    await isStep(window, 2, 'Completed');
    expect(await step(window, 2).evaluate((head) => head === document.activeElement)).toBe(true);
  });

  it('has a name for each control', async () => {
    const { page } = await openLive('karl');
    const nameless = await page.locator('button, input, select, textarea, a, summary').evaluateAll((controls) =>
      controls.flatMap((control) => {
        const labels = 'labels' in control ? [...(control.labels as NodeListOf<HTMLElement>)] : [];
        const texts = [control.getAttribute('aria-label'), ...labels.map((label) => label.textContent)];
        const name = [...texts, control.matches('input, select, textarea') ? '' : control.textContent].join('').trim();
        return name === '' ? [control.outerHTML] : [];
      }),
    );
    expect(nameless).toEqual([]);
    expect(await page.locator('button').count()).toBeGreaterThan(10);
  });

  it('is light or dark as the reader’s system is, and can be read', async () => {
    const { page } = await openLive('lena');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const [text = 0, quiet = 0, ground = 0] = await page.evaluate(() => {
        const linear = (share: number) => (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
        const luminance = (colour: string) => {
          const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => linear(Number(part) / 255));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const of = (selector: string) => getComputedStyle(document.querySelector(selector) ?? document.body);
        return [of('h2').color, of('.quiet').color, of('.card').backgroundColor].map(luminance);
      });
      // WCAG 2.2, 1.4.3 and 1.4.6.
      const contrast = (colour: number) => (Math.max(colour, ground) + 0.05) / (Math.min(colour, ground) + 0.05);
      expect([colorScheme, ground > 0.5]).toEqual([colorScheme, colorScheme === 'light']);
      expect(contrast(text)).toBeGreaterThan(7);
      expect(contrast(quiet)).toBeGreaterThan(4.5);
    }
  });

  it('fits into narrow and wide windows', async () => {
    const { page } = await openLive('mona');
    for (const width of [320, 390, 768, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
  });

  it('takes a pasted token where another service issues them', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const AUTH_JWT_PUBLIC_KEY = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const environment = { AUTH_JWT_SECRET: undefined, AUTH_JWT_PUBLIC_KEY };
    const other = await TestApp.start({ database: app.database, environment });
    try {
      const window = await open('nina', other);
      const { page } = window;
      await page.getByText('Another service issues the tokens').waitFor();
      const token = new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).setSubject('nina').setExpirationTime('1h');
      await page.getByLabel('Access token').fill(await token.sign(privateKey));
      await button(window, 'Use this token').click();
      await connection(window, 'Live').waitFor();
      await completeStep(window, 1);
      await page.close();
    } finally {
      await other.stop();
    }
  });
});
