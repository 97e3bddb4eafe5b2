import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startBrowser, type TestBrowser } from './browser.js';
import { recordDefects } from './page-defects.js';

const ORIGIN = 'http://page.example';

/** A page on which the specs' recorder has to find something, once a line. */
const PAGE = `<!doctype html>
<script src="/throws.js"></script>
<script>document.title = 'this does not run'</script>
<img src="/missing.png">
<img src="/cut.png">`;

/** The specs of pages expect no defect, so the recorder must be known to find one. */
describe('The recorder of defects', () => {
  let browser: TestBrowser;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.stop());

  async function open(html: string): Promise<string[]> {
    const page = await browser.newPage();
    const defects = await recordDefects(page);
    const headers = { 'content-security-policy': "default-src 'self'" };
    await page.route(`${ORIGIN}/**`, (route) => route.fulfill({ status: 404 }));
    await page.route(`${ORIGIN}/cut.png`, (route) => route.abort());
    await page.route(`${ORIGIN}/throws.js`, (route) =>
      route.fulfill({ contentType: 'text/javascript', body: `console.warn('careful'); throw new Error('broken');` }),
    );
    await page.route(`${ORIGIN}/`, (route) => route.fulfill({ contentType: 'text/html', headers, body: html }));
    await page.goto(ORIGIN, { waitUntil: 'networkidle' });
    await page.close();
    return defects;
  }

  it('finds a refusal by the policy, failed requests, an exception and a complaint', async () => {
    const defects = await open(PAGE);
    for (const defect of [
      'policy: script-src-elem inline',
      `answer: 404 ${ORIGIN}/missing.png`,
      `request: ${ORIGIN}/cut.png net::ERR_FAILED`,
      'exception: broken',
      'console: careful',
    ]) {
      expect(defects).toContain(defect);
    }
  });

  it('finds nothing on a page without a defect', async () => {
    expect(await open('<!doctype html><p>All is well.</p>')).toEqual([]);
  });
});
