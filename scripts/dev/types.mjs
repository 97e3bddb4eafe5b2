// Its own process: looks for problems of types in everything that `npm run types` looks at, again after each change.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { ROOT } from '../install.mjs';

/** Milliseconds between the last change and a check, in which the service has the processor to itself. */
const AFTER_THE_SERVICE = 1500;

/** What the compiler reports about itself: `Found 0 errors` and `Found n errors`. Source: diagnosticMessages.json of TypeScript. */
const FOUND = [6193, 6194];

const SELF = fileURLToPath(import.meta.url);

/** @returns what ends it */
export function startTypeCheck() {
  const child = fork(SELF);
  setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let isStopping = false;
  const ended = once(child, 'exit').then(() => {
    if (!isStopping) console.error('Types are no longer checked: `npm run types` says why.');
  });
  return async () => {
    isStopping = true;
    child.kill();
    await ended;
  };
}

function checkTypes() {
  const system = {
    ...ts.sys,
    setTimeout: (callback, ms, ...args) => setTimeout(callback, Math.max(ms, AFTER_THE_SERVICE), ...args),
  };
  const options = { noEmit: true, incremental: true, tsBuildInfoFile: join(ROOT, 'dist', 'dev', 'types.tsbuildinfo') };
  const colours = process.stdout.isTTY ? ts.formatDiagnosticsWithColorAndContext : ts.formatDiagnostics;
  const format = (problem) =>
    colours([problem], {
      getCurrentDirectory: () => ROOT,
      getCanonicalFileName: (name) => name,
      getNewLine: () => '\n',
    });
  const host = ts.createWatchCompilerHost(
    join(ROOT, 'tsconfig.json'),
    options,
    system,
    ts.createSemanticDiagnosticsBuilderProgram,
    (problem) => process.stdout.write(format(problem)),
    ({ code, messageText }) => FOUND.includes(code) && console.log(`Types: ${messageText}`),
  );
  ts.createWatchProgram(host);
}

if (process.argv[1] === SELF) {
  process.on('disconnect', () => process.exit());
  process.on('SIGINT', () => process.exit());
  checkTypes();
}
