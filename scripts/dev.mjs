#!/usr/bin/env node
// `npm run dev`: the service from the sources, started again after each change of them. PostgreSQL stays up in between, and the
// compiler shows problems of types next to it. Arguments are options of the service's Node, such as `--inspect`.
import { watch } from 'chokidar';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DEMO_SOURCES } from './demo-page.mjs';
import { DevelopmentBuild } from './dev/build.mjs';
import { holdDatabase } from './dev/database.mjs';
import { DevelopmentService } from './dev/service.mjs';
import { startTypeCheck } from './dev/types.mjs';
import { ROOT } from './install.mjs';
import { noteRunning } from './running.mjs';

/** Milliseconds without a change before a build: an editor that formats what it saves writes twice. */
const QUIET = 40;

/** Milliseconds between two looks at whether npm is still there. */
const LOOK = 500;

const npm = process.ppid;
const stopping = new AbortController();
let changed = Promise.withResolvers();
let database = null;

const build = new DevelopmentBuild();
const service = new DevelopmentService(process.argv.slice(2));
/** What ends the rest, the latest last. */
const stops = [noteRunning(ROOT, process.pid), () => database?.stop()];

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
// npm hands no signal on when it is killed.
setInterval(() => process.ppid !== npm && stop(), LOOK).unref();
process.on('uncaughtException', (error) => {
  console.error(error);
  process.exitCode = 1;
  stop();
});

try {
  await serveEachChange();
} catch (error) {
  // Ctrl-C ends esbuild, too, and whatever it was doing.
  if (!stopping.signal.aborted) {
    console.error(error);
    process.exitCode = 1;
  }
}
await service.stop();
for (const end of stops.reverse()) await end();
process.exit();

async function serveEachChange() {
  const sources = ['src', ...DEMO_SOURCES].map((name) => join(ROOT, name));
  const watcher = watch(sources, { ignoreInitial: true }).on('all', () => changed.resolve());
  stops.push(() => watcher.close(), startTypeCheck());
  while (!stopping.signal.aborted) {
    changed = Promise.withResolvers();
    const result = await build.run();
    if (result === 'changed' || (result === 'same' && !service.isRunning)) await startAgain();
    else if (result === 'broken' && service.isRunning) console.error('The service still runs as it was built before.');
    await changed.promise;
    await delay(QUIET);
  }
}

async function startAgain() {
  await service.stop();
  database ??= await holdDatabase(build.folder);
  if (!stopping.signal.aborted) service.start(build.main);
}

function stop() {
  stopping.abort();
  void service.stop();
  changed.resolve();
}
