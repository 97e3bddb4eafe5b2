// A process that takes its turn at a drive, and says when: `node take-turns.mjs <folder of the build> <url>`.
import { once } from 'node:events';
import { join } from 'node:path';

const [build, url] = process.argv.slice(2);
const { JobQueue } = await import(join(build, 'storage', 'jobs', 'job-queue.js'));

const queue = new JobQueue(url, true);
queue.keepRunning('test-drive', async (signal) => {
  console.log('drives');
  if (!signal.aborted) await once(signal, 'abort');
  console.log('stops');
});
await queue.onApplicationBootstrap();
console.log('ready');
process.once('SIGTERM', async () => {
  queue.onModuleDestroy();
  await queue.onApplicationShutdown();
  process.exit();
});
