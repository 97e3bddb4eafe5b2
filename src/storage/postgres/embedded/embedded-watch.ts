import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddedServer, Running } from './embedded-server.js';
import { isAlive } from './processes.js';

const CHECK_MS = 250;
/** The pause before a restart doubles from one to the next. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A server that has run for this long is restarted without a pause. */
const STEADY_MS = 60_000;

/**
 * Restarts the server on its port whenever it ends, until `abort`. Of several processes that watch the same server one launches it,
 * and the others adopt it.
 * @param say gets a line about each restart of this process, and about a restart that fails
 */
export async function watchServer(
  server: EmbeddedServer,
  { pid: first, port }: Running,
  say: (line: string) => void,
  abort: AbortSignal,
): Promise<void> {
  let pid = first;
  let pause = 0;
  let startedAt = Date.now();
  while (await wait(CHECK_MS, abort)) {
    if (isAlive(pid)) continue;
    if (Date.now() - startedAt > STEADY_MS) pause = 0;
    let complaint = '';
    while (await wait(pause, abort)) {
      pause = Math.min(Math.max(2 * pause, FIRST_PAUSE_MS), LONGEST_PAUSE_MS);
      try {
        const next = await server.start({ port, abort, say });
        if (next.launched) say(`The embedded PostgreSQL had ended: it runs again as process ${next.pid}.`);
        pid = next.pid;
        startedAt = Date.now();
        break;
      } catch (error) {
        const { message } = error as Error;
        if (!abort.aborted && message !== complaint) say(`The embedded PostgreSQL has ended. ${message}`);
        complaint = message;
      }
    }
  }
}

/** Returns false if `abort` has cut the wait short. Does not keep the process alive. */
async function wait(ms: number, abort: AbortSignal): Promise<boolean> {
  await delay(ms, undefined, { signal: abort, ref: false }).catch(() => undefined);
  return !abort.aborted;
}
