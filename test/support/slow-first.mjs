import Sequencer from '@jest/test-sequencer';

/**
 * Short files that take long, in the order in which they start: some wait, some compute, so that they share the processors well.
 * Without a run before, Jest starts the largest files first, and these would come last, all at once.
 */
const SLOW = [
  'import/interrupted-imports',
  'import/import-command',
  'browser/demo',
  'keys/key-rotation',
  'data/replay',
  'database/outage',
  'data/posted-again',
  'keys/env-file',
  'process/start-errors',
  'embedded/starts-and-stops',
  'data/largest-user',
  'process/graceful-stop',
  'database/torture',
  'embedded/restart-limits',
  'isolation/isolation-over-http',
  'process/failing-starts',
  'client/packed-client',
  'process/npm-start',
  'process/npm-start-signals',
  'process/development',
  'data/changed-generations',
  'data/generations',
  'data/stored-size',
  'data/named-generations',
  'api/key-set',
  'embedded/restart',
  'api/rate-limits',
  'process/overload',
  'embedded/place',
  'embedded/process-ids',
  'process/stop-signals',
];

const rankOf = ({ path }) => {
  const rank = SLOW.findIndex((name) => path.endsWith(`${name}.spec.ts`));
  return rank === -1 ? SLOW.length : rank;
};

export default class SlowFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}
