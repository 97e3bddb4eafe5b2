import { MikroORM } from '@mikro-orm/postgresql';
import { ormOptions } from './orm-options.js';

/** The SQL that a migrated database lacks to match the entities; empty if the migrations are complete. */
export async function schemaDifference(ownerUrl: string): Promise<string> {
  const orm = new MikroORM(ormOptions({ url: ownerUrl, poolSize: 1, timeoutMs: 30_000 }));
  try {
    return (await orm.schema.getUpdateSchemaSQL({ wrap: false })).trim();
  } finally {
    await orm.close(true);
  }
}
