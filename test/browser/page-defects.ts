import type { Page } from 'playwright-core';

/**
 * Records what goes wrong in a page from now on, a line each: violations of its content security policy, requests that fail or
 * get an error, uncaught exceptions, and complaints in the console.
 */
export async function recordDefects(page: Page): Promise<string[]> {
  const defects: string[] = [];
  await page.exposeFunction('recordViolation', (violation: string) => defects.push(`policy: ${violation}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
      const { recordViolation } = globalThis as unknown as { recordViolation: (violation: string) => void };
      recordViolation(`${effectiveDirective} ${blockedURI}`);
    });
  });
  page.on('requestfailed', (request) => defects.push(`request: ${request.url()} ${request.failure()?.errorText}`));
  page.on('response', (response) => {
    if (response.status() >= 400) defects.push(`answer: ${response.status()} ${response.url()}`);
  });
  page.on('pageerror', (error) => defects.push(`exception: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) defects.push(`console: ${message.text()}`);
  });
  return defects;
}
