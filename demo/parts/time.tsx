import { fullTime, shortTime } from '../words.js';

/** A time, short; in full where the pointer rests on it. */
export function Time({ of }: { readonly of: string | Date }) {
  return (
    <time dateTime={new Date(of).toISOString()} title={fullTime(of)}>
      {shortTime(of)}
    </time>
  );
}
