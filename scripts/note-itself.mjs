// Loaded into what run.mjs starts, before anything else of it: the process notes that it runs, and removes the note when it ends.
import { ROOT } from './install.mjs';
import { noteRunning } from './running.mjs';

try {
  process.once('exit', noteRunning(ROOT, process.pid));
} catch (error) {
  console.error(`${error.message}. Which builds are in use is noted there.`);
  process.exit(1);
}
