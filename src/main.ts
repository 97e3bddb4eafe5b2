import { runService } from './cli/run-service.js';

await runService();
