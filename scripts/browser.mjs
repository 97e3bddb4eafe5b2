#!/usr/bin/env node
// The browser of the tests in test/browser: finds one that starts, and says how. As a program, its exit code says whether one does.
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { installBrowserTests, ROOT } from './install.mjs';

const FOLDER = join(ROOT, 'test', 'browser');

/** In place of the package's own, which looks for fonts in folders that only the machines of a cloud have. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

const requireHere = createRequire(join(FOLDER, 'package.json'));

/**
 * Options for Playwright's `launch` with which a browser has just started: the program that `BROWSER` names, otherwise the browser
 * of the npm package, which is for Linux on x64, and on other machines Chrome. Prints a line for each that does not start.
 *
 * @returns undefined where none starts
 */
export async function prepareBrowser() {
  if (!(await installBrowserTests())) return undefined;
  const { BROWSER } = process.env;
  // Some editors and desktops set the variable to a program that only passes addresses on: it is not the only candidate.
  const named = BROWSER && (await tryToStart(`BROWSER=${BROWSER}`, { executablePath: BROWSER }));
  if (named) return named;
  if (process.platform !== 'linux' || process.arch !== 'x64') return tryToStart('Chrome', { channel: 'chrome' });
  return tryToStart('The browser of the npm package', unpackedBrowser());
}

/** @returns the options if the browser starts with them, undefined otherwise */
async function tryToStart(name, options) {
  try {
    const { env, ...others } = await options;
    const { chromium } = requireHere('playwright-core');
    const browser = await chromium.launch({ ...others, args: ['--no-sandbox'], env: { ...process.env, ...env } });
    await browser.close();
    return await options;
  } catch (error) {
    console.error(`${name} does not start: ${reasonOf(error)}`);
    return undefined;
  }
}

/** One line: what the program itself has printed is worth more than Playwright's first line. */
function reasonOf({ message }) {
  const printed = /\[err\] (.*)/.exec(message)?.[1];
  return (printed ?? message.split('\n')[0]).trim();
}

/**
 * Unpacks the browser, its libraries and fonts once. The package could do it, but it would start whatever program it finds at its
 * place in the folder for temporary files, which other users of the machine may write.
 */
async function unpackedBrowser() {
  const version = requireHere('./package.json').dependencies['@sparticuz/chromium'];
  const folder = join(FOLDER, 'node_modules', '.cache', `browser-${version}`);
  if (!existsSync(folder)) {
    const aside = `${folder}.${process.pid}`;
    mkdirSync(aside, { recursive: true });
    try {
      await Promise.all([
        unpack('chromium.br', createWriteStream(join(aside, 'chromium'), { mode: 0o755 })),
        ...['al2023.tar.br', 'fonts.tar.br'].map((name) => unpack(name, requireHere('tar-fs').extract(aside))),
      ]);
      writeFileSync(join(aside, 'fonts.conf'), FONTS);
      renameSync(aside, folder);
    } catch (error) {
      // Another process has unpacked it in the meantime.
      if (!existsSync(folder)) throw error;
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  }
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_PATH: folder },
  };
}

function unpack(name, destination) {
  const packed = join(FOLDER, 'node_modules', '@sparticuz', 'chromium', 'bin', name);
  return pipeline(createReadStream(packed), createBrotliDecompress(), destination);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit((await prepareBrowser()) ? 0 : 1);
