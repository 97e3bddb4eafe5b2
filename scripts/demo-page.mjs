// Bundles the page `/demo` for browsers: its files, one script and one style sheet.
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './install.mjs';

/** What of the typed client runs: `schema.ts` has types alone, and is written from the build. */
const clientSources = () =>
  readdirSync(join(ROOT, 'client'))
    .filter((name) => name.endsWith('.ts') && name !== 'schema.ts')
    .sort()
    .map((name) => `client/${name}`);

/** What the page is made of; it calls the service through the typed client. */
export const DEMO_SOURCES = ['demo', ...clientSources(), 'scripts/demo-page.mjs'];

const PAGE = join(ROOT, 'demo');

/** Files that browsers get as they are. */
const COPIED = ['index.html', 'icon.svg'];

/** @throws BuildFailure of esbuild for a mistake in the sources */
export async function buildDemoPage(folder, { logLevel = 'error' } = {}) {
  const { build } = await import('esbuild');
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: ['page.tsx', 'styles/page.css'].map((name) => ({ in: join(PAGE, name), out: 'page' })),
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // The packages' licences go with them.
    legalComments: 'eof',
    logLevel,
  });
  for (const name of COPIED) copyFileSync(join(PAGE, name), join(folder, name));
}
