import { chromium, type LaunchOptions, type Page } from 'playwright-core';

export interface TestBrowser {
  /** An empty page with storage and cookies of its own. */
  newPage(): Promise<Page>;
  stop(): Promise<void>;
}

/** Starts the browser that `npm test` has prepared. */
export async function startBrowser(): Promise<TestBrowser> {
  const { TEST_BROWSER } = process.env;
  if (!TEST_BROWSER) throw new Error('There is no browser: start these specs by `npm test -- test/browser`.');
  const { env, ...options } = JSON.parse(TEST_BROWSER) as LaunchOptions;
  // Root cannot start a browser with its sandbox. It opens pages of the service under test and nothing else.
  const browser = await chromium.launch({ ...options, env: { ...process.env, ...env }, args: ['--no-sandbox'] });
  return {
    // The machine's own locale may be one that the browser refuses, such as `en-US@posix`.
    async newPage() {
      const page = await browser.newPage({ locale: 'en-US' });
      // Ends what hangs, as Jest's own limit does.
      page.setDefaultTimeout(120_000);
      return page;
    },
    stop: () => browser.close(),
  };
}
