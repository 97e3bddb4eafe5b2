/** Below it each second is a bucket; each power of two from it on has 64 buckets. */
const EXACT = 128;
const BUCKETS = 64;

/** The lower bound of a duration's bucket, in seconds. */
export function bucketOf(seconds: number): number {
  if (seconds < EXACT) return seconds;
  let power = EXACT;
  while (power * 2 <= seconds) power *= 2;
  const width = power / BUCKETS;
  return seconds - ((seconds - power) % width);
}

/** How long users took, together. */
export class Durations {
  #users = 0;
  #seconds = 0n;
  readonly #buckets = new Map<number, number>();

  get users(): number {
    return this.#users;
  }

  get seconds(): bigint {
    return this.#seconds;
  }

  add(seconds: number): void {
    this.#users += 1;
    this.#seconds += BigInt(seconds);
    const bucket = bucketOf(seconds);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
  }

  addAll(others: Durations): void {
    this.#users += others.#users;
    this.#seconds += others.#seconds;
    for (const [bucket, users] of others.#buckets) this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + users);
  }

  /** The bucket of the user at the place ⌈percent · n⌉; null where there is nobody. */
  percentile(percent: number): number | null {
    let left = Math.ceil((percent * this.#users) / 100);
    for (const [bucket, users] of [...this.#buckets].sort(([one], [other]) => one - other)) {
      left -= users;
      if (left <= 0) return bucket;
    }
    return null;
  }
}
