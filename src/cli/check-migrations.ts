import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configuration } from '../ground/config/configuration.js';
import { schemaDifference } from '../storage/postgres/schema-difference.js';
import { startDatabase } from '../storage/postgres/start-database.js';
import { StartupError } from '../ground/config/startup-error.js';
import { run } from './run.js';

/** Migrates an empty temporary database, and compares it with the entities. */
await run(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'onboarding-migrations-'));
  chmodSync(directory, 0o755);
  try {
    const database = await startDatabase(new Configuration({ DATA_DIR: directory }), console.log);
    try {
      const difference = await schemaDifference(database.ownerUrl as string);
      if (difference) throw new StartupError(`Entities and migrations differ. A migration is missing:\n${difference}`);
      console.log('The migrations match the entities.');
    } finally {
      await database.stop();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
