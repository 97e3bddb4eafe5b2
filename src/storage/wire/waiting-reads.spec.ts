import { describe, expect, it } from '@jest/globals';
import { Batch } from './batch.js';
import { WaitingReads } from './waiting-reads.js';

const batch = () => new Batch([]);

describe('reads that wait', () => {
  it('are taken once, the oldest first', () => {
    const reads = new WaitingReads();
    const [first, second] = [reads.add(batch()), reads.add(batch())];
    expect(reads.takeFirst()).toBe(first);
    expect(reads.take(first)).toBe(false);
    expect(reads.take(second)).toBe(true);
    expect(reads.takeFirst()).toBeNull();
  });

  it('are passed over once they were taken from the middle', () => {
    const reads = new WaitingReads();
    const [first, second, third] = [reads.add(batch()), reads.add(batch()), reads.add(batch())];
    expect(reads.take(second)).toBe(true);
    expect([reads.takeFirst(), reads.takeFirst(), reads.takeFirst()]).toEqual([first, third, null]);
  });

  it('stay in order however many come and go', () => {
    const reads = new WaitingReads();
    const added = Array.from({ length: 3000 }, () => reads.add(batch()));
    const odd = added.filter((_, index) => index % 2 === 1);
    for (const read of odd) expect(reads.take(read)).toBe(true);
    const late = reads.add(batch());
    const rest = [...added.filter((_, index) => index % 2 === 0), late];
    for (const read of rest) expect(reads.takeFirst()).toBe(read);
    expect(reads.takeFirst()).toBeNull();
  });
});
