import { setInterval } from 'node:timers';

/** Seconds after the last heartbeat when PostgreSQL takes the job from a process: the shortest that pg-boss allows. */
export const HEARTBEAT_SECONDS = 10;

/** Milliseconds between two heartbeats. */
const BEAT = 2500;

/** Milliseconds without a confirmed heartbeat after which the work stops: with a beat on top, less than the seconds above. */
const LONGEST_SILENCE = 7000;

/** The job belongs to another process by now, or may do so soon. */
export class ClaimLost extends Error {}

/**
 * Works on a job for as long as this process holds it. The signal aborts when PostgreSQL says that the job is not the process's any
 * more, and also when it has said nothing for so long that it may be: before another process can have the job.
 * @param touch confirms the claim: whether the job is still this process's, or null if PostgreSQL has not answered
 * @throws ClaimLost if it is lost from the start; the errors of `work`
 */
export async function whileHeld(
  touch: () => Promise<boolean | null>,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const lost = new AbortController();
  let confirmedAt = performance.now();
  let isAsking = false;
  const ask = async () => {
    isAsking = true;
    const askedAt = performance.now();
    const isHeld = await touch();
    isAsking = false;
    if (isHeld) confirmedAt = askedAt;
    return isHeld;
  };
  const beat = async () => {
    if (performance.now() - confirmedAt > LONGEST_SILENCE)
      lost.abort(new ClaimLost('PostgreSQL has not confirmed it for too long.'));
    if (!isAsking && (await ask()) === false) lost.abort(new ClaimLost('Another process has it.'));
  };
  if (!(await ask())) throw new ClaimLost('It was lost before the work began.');
  const beats = setInterval(() => void beat(), BEAT);
  try {
    await work(lost.signal);
  } finally {
    clearInterval(beats);
  }
}
