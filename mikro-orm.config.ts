import type { Options } from '@mikro-orm/postgresql';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What the ORM's command line needs: the same options as the service's, as the owner of the schema. Run it by
 * `npm run orm -- <command>`. It works on the build, since Node takes the types out of this file, but no decorators.
 */
async function ownersOptions(): Promise<Options> {
  const { ensureBuild } = await load<{ ensureBuild: () => Promise<string> }>(import.meta.dirname, 'scripts/build.mjs');
  const build = await ensureBuild();
  type Loading = typeof import('./src/ground/config/load-configuration.js');
  type OrmOptions = typeof import('./src/storage/postgres/orm-options.js');
  const { loadConfiguration } = await load<Loading>(build, 'ground/config/load-configuration.js');
  const { ormOptions } = await load<OrmOptions>(build, 'storage/postgres/orm-options.js');
  const { DATABASE_MIGRATION_URL, DATABASE_URL, DATABASE_TIMEOUT_MS: timeoutMs } = loadConfiguration();
  const url = DATABASE_MIGRATION_URL ?? DATABASE_URL;
  if (!url) throw new Error('DATABASE_MIGRATION_URL must name the connection of the schema’s owner.');
  return ormOptions({ url, poolSize: 1, timeoutMs, isPatient: true });
}

function load<T>(folder: string, file: string): Promise<T> {
  return import(pathToFileURL(join(folder, file)).href) as Promise<T>;
}

export default ownersOptions;
