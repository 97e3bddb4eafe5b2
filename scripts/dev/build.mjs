// The sources as they are now, in one file with the packages left outside. What has not changed since the last build is kept in memory.
import { transform } from '@swc/core';
import { context, formatMessages } from 'esbuild';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildDemoPage } from '../demo-page.mjs';
import { ROOT } from '../install.mjs';

/** The service, and what this process itself uses to keep PostgreSQL. */
const ENTRIES = [
  'main.ts',
  'ground/config/load-configuration.ts',
  'ground/config/local-secrets.ts',
  'storage/postgres/embedded/embedded-postgres.ts',
];

export class DevelopmentBuild {
  /** Where the build is: `main.js`, and the other entries as in `src`. */
  folder = join(ROOT, 'dist', 'dev');
  main = join(this.folder, 'main.js');
  #context = null;
  #hashes = '';

  /**
   * Says what it built, or what is wrong with the sources.
   * @returns {Promise<'changed' | 'same' | 'broken'>} `same` where no line that runs has changed: a spec, or a file that was only touched
   */
  async run() {
    this.#context ??= await context({
      entryPoints: ENTRIES.map((entry) => join(ROOT, 'src', entry)),
      outbase: join(ROOT, 'src'),
      outdir: this.folder,
      write: false,
      bundle: true,
      splitting: true,
      chunkNames: 'chunks/[name]-[hash]',
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node22',
      // Names of classes are names in the API's document.
      keepNames: true,
      sourcemap: true,
      sourcesContent: false,
      plugins: [typescript()],
      logLevel: 'silent',
    });
    const started = performance.now();
    let outputs;
    try {
      // The service reads the page again for each request.
      await buildDemoPage(join(this.folder, 'demo'), { logLevel: 'silent' });
      outputs = (await this.#context.rebuild()).outputFiles;
    } catch (error) {
      if (!error.errors) throw error;
      const lines = await formatMessages(error.errors, { kind: 'error', color: process.stderr.isTTY });
      console.error(lines.join(''));
      return 'broken';
    }
    const hashes = outputs.map(({ path, hash }) => `${path} ${hash}`).join('\n');
    if (hashes === this.#hashes) return 'same';
    this.#write(outputs);
    this.#hashes = hashes;
    console.log(`Built in ${Math.round(performance.now() - started)} ms.`);
    return 'changed';
  }

  #write(outputs) {
    const names = new Set(outputs.map(({ path }) => path));
    for (const { path, contents } of outputs) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, contents);
    }
    if (!existsSync(join(this.folder, 'chunks'))) return;
    for (const name of readdirSync(join(this.folder, 'chunks'))) {
      const path = join(this.folder, 'chunks', name);
      if (!names.has(path)) rmSync(path);
    }
  }
}

/** Compiles as `nest build` does, by `.swcrc`: esbuild itself writes no metadata for decorators. */
function typescript() {
  const compiled = new Map();
  return {
    name: 'typescript',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const cached = compiled.get(path);
        if (cached?.source === source) return cached.result;
        try {
          const { code } = await transform(source, { filename: path, cwd: ROOT, sourceMaps: 'inline' });
          const result = { contents: code, loader: 'js' };
          compiled.set(path, { source, result });
          return result;
        } catch ({ message }) {
          return { errors: [{ text: message }] };
        }
      });
    },
  };
}
