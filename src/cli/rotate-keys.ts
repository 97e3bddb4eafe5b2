import { loadConfiguration } from '../ground/config/load-configuration.js';
import { withConnection } from '../storage/postgres/owner-connection.js';
import { KeyRotation } from '../operations/maintenance/key-rotation.js';
import { startDatabase } from '../storage/postgres/start-database.js';
import { StartupError } from '../ground/config/startup-error.js';
import { Vault } from '../storage/vault/vault.js';
import { withProgressBar } from './progress-bar.js';
import { run } from './run.js';

await run(async () => {
  const configuration = loadConfiguration();
  const vault = new Vault(configuration);
  const database = await startDatabase(configuration, console.log);
  try {
    const { ownerUrl } = database;
    if (!ownerUrl) throw new StartupError('DATABASE_MIGRATION_URL must name the connection of the schema’s owner.');
    const { resealed, broken, use } = await withProgressBar(
      'Resealing {bar} {value} of {total} users, {eta_formatted} left',
      (onProgress) =>
        withConnection('DATABASE_MIGRATION_URL', ownerUrl, (owner) => new KeyRotation(vault, owner).run(onProgress)),
    );
    console.log(`${resealed} data keys were resealed under ${vault.activeKeyId}.`);
    if (broken.length > 0) {
      throw new StartupError(
        `${broken.length} data keys do not open, those of the sessions ${broken.slice(0, 20).join(', ')}. Restore them, or let their users save their keys again.`,
      );
    }
    report(use, vault);
  } finally {
    await database.stop();
  }
});

/** Prints which keys may be removed. @throws StartupError if rows still need another key than the first */
function report(use: ReadonlyMap<string, number>, { activeKeyId, keyIds }: Vault): void {
  const needed = [...use].filter(([id]) => id !== activeKeyId);
  if (needed.length > 0) {
    const rows = needed.map(([id, users]) => `${id} (${users} users)`).join(', ');
    throw new StartupError(
      `Still needed: ${rows}. Does every process have ${activeKeyId} first? Restart them, and run this again.`,
    );
  }
  const spare = keyIds.filter((id) => id !== activeKeyId);
  console.log(
    `No row needs any other key.${spare.length > 0 ? ` You may drop ${spare.join(', ')} from API_KEY_ENCRYPTION_KEYS.` : ''}`,
  );
}
