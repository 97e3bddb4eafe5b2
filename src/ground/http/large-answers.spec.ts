import { describe, expect, it } from '@jest/globals';
import { setImmediate as turnOfLoop, setTimeout as delay } from 'node:timers/promises';
import { LargeAnswers, LargeAnswersBusy } from './large-answers.js';

const LONG = 60_000;
const MEGABYTE = 1024 * 1024;

/** Longer than it takes to offer a turn, take it back and give it to the next answer. */
async function turn(): Promise<void> {
  for (let n = 0; n < 4; n++) await turnOfLoop();
}

/** Readings that last until the test ends them, and the function that ends each claimed answer. */
function start(answers: LargeAnswers, count: number, { bytes = MEGABYTE, claims = false } = {}) {
  const reading: (() => void)[] = [];
  const ends: (() => void)[] = [];
  const outcomes = Array.from({ length: count }, async () => {
    try {
      await answers.read('alice', bytes, () => new Promise<void>((done) => reading.push(done)));
      const end = claims ? answers.claim('alice') : null;
      if (end) ends.push(end);
      return 'read';
    } catch (error) {
      return error;
    }
  });
  return { reading, ends, outcomes };
}

describe('large answers', () => {
  it('are read two at a time, in order, and all of them', async () => {
    const { reading, outcomes } = start(new LargeAnswers(LONG), 5);
    for (let read = 0; read < 5; read++) {
      await turn();
      expect(reading).toHaveLength(Math.min(read + 2, 5));
      reading[read]?.();
    }
    expect(await Promise.all(outcomes)).toEqual(Array.from({ length: 5 }, () => 'read'));
  });

  it('keep their turn until they are sent', async () => {
    const { reading, ends } = start(new LargeAnswers(LONG), 3, { claims: true });
    await turn();
    for (const done of reading) done();
    await turn();
    expect([reading.length, ends.length]).toEqual([2, 2]);
    ends[1]?.();
    await turn();
    expect(reading).toHaveLength(3);
  });

  it('are claimed by their own user, once', async () => {
    const answers = new LargeAnswers(LONG);
    await answers.read('alice', 1, () => Promise.resolve());
    expect(answers.claim('bob')).toBeNull();
    expect(answers.claim('alice')).not.toBeNull();
    expect(answers.claim('alice')).toBeNull();
  });

  it('to slow clients delay others only for a limited time, and use a limited amount of memory', async () => {
    const answers = new LargeAnswers(1500);
    const slow = start(answers, 5, { bytes: 13 * MEGABYTE, claims: true });
    for (const count of [2, 4, 5]) {
      while (slow.reading.length < count) await delay(5);
      expect(slow.reading).toHaveLength(count);
      for (const done of slow.reading) done();
      await turn();
    }
    expect(await start(answers, 1).outcomes[0]).toBeInstanceOf(LargeAnswersBusy);
    slow.ends[0]?.();
    const next = start(answers, 1);
    await turn();
    expect(next.reading).toHaveLength(1);
  });

  it('that fail make room', async () => {
    const answers = new LargeAnswers(LONG);
    for (let n = 0; n < 5; n++) {
      await expect(answers.read('alice', 1, () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
    }
  });

  it('are refused when they have waited for too long, or too many wait', async () => {
    const late = start(new LargeAnswers(1), 3);
    expect(await late.outcomes[2]).toBeInstanceOf(LargeAnswersBusy);
    const crowd = start(new LargeAnswers(LONG), 203);
    expect(await crowd.outcomes[202]).toBeInstanceOf(LargeAnswersBusy);
    expect(crowd.reading).toHaveLength(2);
  });
});
