import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { sample } from '../support/data/samples.js';
import { TestApp } from '../support/service/app.js';
import { API_ROUTES } from '../support/service/routes.js';
import { token } from '../support/service/tokens.js';
import { startBrowser, type TestBrowser } from './browser.js';
import { recordDefects } from './page-defects.js';

/** The page at `/docs` as a reader sees and uses it. */
describe('The page of the API', () => {
  let app: TestApp;
  let browser: TestBrowser;
  let page: Page;
  let defects: string[];

  beforeAll(async () => {
    app = await TestApp.start();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.stop();
    await app?.stop();
  });

  beforeEach(async () => {
    page = await browser.newPage();
    defects = await recordDefects(page);
    await page.goto(`${app.url}/docs`);
    await page.locator('.opblock').first().waitFor();
  });
  afterEach(() => page?.close());

  /** The fold-out of a route, opened, with its form ready. */
  async function open(method: string, path: string): Promise<Locator> {
    const route = page.locator(`.opblock-${method.toLowerCase()}`, { has: page.locator(`[data-path="${path}"]`) });
    await route.locator('.opblock-summary-control').click();
    await route.getByRole('button', { name: 'Try it out' }).click();
    return route;
  }

  /** Sends the request of an open route; the answer's status and body as the page shows them. */
  async function execute(route: Locator): Promise<{ status: string; body: unknown }> {
    await route.getByRole('button', { name: 'Execute' }).click();
    const answer = route.locator('.live-responses-table .response');
    const status = await answer.locator('.response-col_status').innerText();
    const body = await answer.locator('.highlight-code code').first().innerText();
    return { status: status.trim(), body: JSON.parse(body) };
  }

  async function authorize(userId: string): Promise<void> {
    await page.locator('.scheme-container').getByRole('button', { name: 'Authorize' }).click();
    const dialog = page.locator('.modal-ux');
    await dialog.locator('input').fill(await token(userId));
    await dialog.getByRole('button', { name: 'Apply credentials' }).click();
    await dialog.getByRole('button', { name: 'Close' }).first().click();
  }

  it('opens under its policy, with nothing refused, failed or complained about', async () => {
    await page.waitForLoadState('networkidle');
    expect(await page.title()).toBe('Onboarding API');
    expect(defects).toEqual([]);
  });

  it('shows every route of the API', async () => {
    const shown = await page.locator('.opblock-summary').evaluateAll((rows) =>
      rows.map((row) => {
        const method = row.querySelector('.opblock-summary-method')?.textContent ?? '';
        return `${method} ${row.querySelector('[data-path]')?.getAttribute('data-path') ?? ''}`;
      }),
    );
    const routes = API_ROUTES.map((route) => route.replaceAll(/:(\w+)/g, '{$1}'));
    expect(shown.toSorted()).toEqual(routes.toSorted());
  });

  it('sends a request with the token of its reader, and shows the answer', async () => {
    await authorize('alice');
    const { status, body } = await execute(await open('GET', '/api/onboarding/status'));
    expect(status).toBe('200');
    expect(body).toEqual((await (await app.as('alice')).get('/status')).body);
    expect(defects).toEqual([]);
  });

  it('sends the parameters and the body that its reader enters', async () => {
    const bob = await app.as('bob');
    await authorize('bob');
    const route = await open('POST', '/api/onboarding/step/{n}/complete');
    await route.getByPlaceholder('n', { exact: true }).fill('2');
    await route.locator('textarea.body-param__text').fill(JSON.stringify(sample(2)));
    const { status, body } = await execute(route);
    expect([status, body]).toEqual(['200', expect.objectContaining({ step_number: 2 })]);
    expect((await bob.get('/step/2')).body).toMatchObject({ status: 'completed' });
    expect(defects).toEqual([]);
  });

  it('shows a refusal where there is no token', async () => {
    const { status, body } = await execute(await open('GET', '/api/onboarding/status'));
    expect([status, body]).toEqual(['401', expect.objectContaining({ status: 401 })]);
  });
});
