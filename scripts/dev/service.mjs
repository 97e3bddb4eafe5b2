import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { NODE, ROOT } from '../install.mjs';
import { NODE_FLAGS } from '../node-flags.mjs';
import { forgetRunning } from '../running.mjs';

/** Milliseconds after which a stop no longer waits for requests: longer than the second in which the service takes several signals for one. */
const PATIENCE = 1200;

/** Milliseconds after that, after which the process is killed: a debugger may hold it. */
const LAST_PATIENCE = 800;

/** The one process of the service, which is replaced after each change. */
export class DevelopmentService {
  #flags;
  #child = null;
  #isStopping = false;

  /** @param options of Node, besides those that the service always runs with */
  constructor(options) {
    // Stacks name lines of the sources.
    this.#flags = [...NODE_FLAGS, '--enable-source-maps', ...options];
  }

  get isRunning() {
    return this.#child !== null;
  }

  start(main) {
    const noteItself = new URL('../note-itself.mjs', import.meta.url).href;
    const child = spawn(NODE, [...this.#flags, '--import', noteItself, main], {
      cwd: ROOT,
      // Two thousand files of packages, which need not be compiled each time.
      env: { NODE_COMPILE_CACHE: join(ROOT, 'dist', 'dev', 'compile-cache'), ...process.env },
      // The service stops when the channel closes, so it never outlives this process.
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child = child;
    this.#isStopping = false;
    child.on('exit', (code, signal) => {
      // It could not remove its own note.
      if (signal) forgetRunning(ROOT, child.pid);
      this.#child = null;
      if (!this.#isStopping)
        console.error(
          `The service has ended (${signal ?? `exit code ${code}`}). It starts again after the next change.`,
        );
    });
  }

  /** Returns when the process has ended, and its port is free. */
  async stop() {
    const child = this.#child;
    if (!child) return;
    this.#isStopping = true;
    const ended = once(child, 'exit');
    if (child.connected) child.disconnect();
    await Promise.race([ended, delay(PATIENCE)]);
    if (this.#child) child.kill('SIGTERM');
    await Promise.race([ended, delay(LAST_PATIENCE)]);
    if (this.#child) child.kill('SIGKILL');
    await ended;
  }
}
