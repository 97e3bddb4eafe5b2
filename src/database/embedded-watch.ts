import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddedServer, Running } from './embedded-server.js';
import { isAlive } from './processes.js';

const LOOK_MS = 250;
/** Between two restarts, doubled from one to the next. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** A server that has run for so long is restarted at once. */
const STEADY_MS = 60_000;

/**
 * Starts the server again, on its port, whenever it has ended, until `abort` ends the watch. Of several processes that watch one
 * server the first one launches it, the others adopt it.
 * @param say told of each restart, and of an end that no restart mends
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
  while (await waits(LOOK_MS, abort)) {
    if (isAlive(pid)) continue;
    if (Date.now() - startedAt > STEADY_MS) pause = 0;
    let complaint = '';
    while (await waits(pause, abort)) {
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

/** Whether the time has passed, and not been cut short. A process that has nothing else to do ends meanwhile. */
async function waits(ms: number, abort: AbortSignal): Promise<boolean> {
  await delay(ms, undefined, { signal: abort, ref: false }).catch(() => undefined);
  return !abort.aborted;
}
