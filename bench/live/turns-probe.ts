// Goes with a service's process (`--import`): a timer that is due every 5 ms says how long the turns of the event loop are. It runs
// from one SIGUSR2 to the next, and then writes what it saw; no code of the service is another.
import { writeFileSync } from 'node:fs';
import type { Turns } from './turns.ts';

const EVERY = 5;

let stop: (() => Turns) | null = null;

process.on('SIGUSR2', () => {
  if (stop) writeFileSync(process.env['TURNS_FILE'] as string, JSON.stringify(stop()));
  stop = stop ? null : start();
});

function start(): () => Turns {
  let [turn, work] = [0, 0];
  let [at, cpu] = [performance.now(), workUntilNow()];
  const timer = setInterval(() => {
    const [now, used] = [performance.now(), workUntilNow()];
    turn = Math.max(turn, now - at - EVERY);
    work = Math.max(work, used - cpu);
    [at, cpu] = [now, used];
  }, EVERY);
  return () => {
    clearInterval(timer);
    return { turn, work };
  };
}

/** Milliseconds of processor time that this thread has used. */
function workUntilNow(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
