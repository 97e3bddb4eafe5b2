import { join } from 'node:path';
import { runService } from './cli/run-service.js';

// A build has the page next to this file.
await runService({ demo: join(import.meta.dirname, 'demo') });
