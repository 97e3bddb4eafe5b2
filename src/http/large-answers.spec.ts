import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { LargeAnswers, LargeAnswersBusy } from './large-answers.js';

const LONG = 60_000;
const MEGABYTE = 1024 * 1024;

/** Answers that are being made until they are let go. */
function start(answers: LargeAnswers, count: number) {
  const running: (() => void)[] = [];
  const outcomes = Array.from({ length: count }, () =>
    answers.make(() => new Promise<void>((done) => running.push(done))).catch((error: unknown) => error),
  );
  return { running, outcomes };
}

describe('large answers', () => {
  it('are made two at a time, in order, and all of them', async () => {
    const { running, outcomes } = start(new LargeAnswers(LONG), 5);
    for (let made = 0; made < 5; made++) {
      await turn();
      expect(running).toHaveLength(Math.min(made + 2, 5));
      running[made]?.();
    }
    await Promise.all(outcomes);
  });

  it('that fail make room', async () => {
    const answers = new LargeAnswers(LONG);
    for (let n = 0; n < 5; n++) {
      await expect(answers.make(() => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
    }
  });

  it('wait while those before them are still to be sent', async () => {
    const answers = new LargeAnswers(LONG);
    const sent = Array.from({ length: 3 }, () => answers.sending(25 * MEGABYTE));
    const { running } = start(answers, 1);
    await turn();
    expect(running).toHaveLength(0);
    sent[0]?.();
    await turn();
    expect(running).toHaveLength(1);
  });

  it('are refused when they have waited for too long, or too many wait', async () => {
    const late = start(new LargeAnswers(1), 3);
    expect(await late.outcomes[2]).toBeInstanceOf(LargeAnswersBusy);
    const crowd = start(new LargeAnswers(LONG), 203);
    expect(await crowd.outcomes[202]).toBeInstanceOf(LargeAnswersBusy);
    expect(crowd.running).toHaveLength(2);
  });
});
