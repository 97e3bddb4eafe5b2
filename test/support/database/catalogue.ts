import type { TestDatabase } from './database.js';

/** The tables of the schema `public`, in the terms of the statements below: `c` is the table. */
const TABLES = `pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public' and c.relkind in ('r', 'p')`;

const DATA_TABLES = `${TABLES} and c.relname <> 'mikro_orm_migrations'`;

export interface Key {
  readonly table: string;
  readonly name: string;
  /** p: primary key, u: unique key, f: foreign key, i: index */
  readonly kind: 'p' | 'u' | 'f' | 'i';
  readonly columns: string[];
}

/** Every key and index of the users' tables, with its columns in order. */
export function keysOf(database: TestDatabase): Promise<Key[]> {
  const columns = (relation: string, numbers: string) =>
    `(select array_agg(coalesce(a.attname::text, '(expression)') order by k.position)
      from unnest(${numbers}) with ordinality as k (number, position)
      left join pg_attribute a on a.attrelid = ${relation} and a.attnum = k.number)`;
  return database.query<Key>(
    `select c.relname as table, o.conname as name, o.contype as kind, ${columns('c.oid', 'o.conkey')} as columns
     from ${DATA_TABLES} join pg_constraint o on o.conrelid = c.oid and o.contype in ('p', 'u', 'f', 'x')
     union all
     select c.relname, x.relname, 'i', ${columns('c.oid', 'i.indkey::int2[]')}
     from ${DATA_TABLES} join pg_index i on i.indrelid = c.oid join pg_class x on x.oid = i.indexrelid
     order by 1, 2, 3`,
  );
}

/** All that defines the schema, as comparable text: columns, constraints, indexes, policies, rights, sequences. */
export async function catalogueOf(database: TestDatabase): Promise<string[]> {
  const rows = await database.query<{ line: string }>(
    `select format('column %s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                   pg_get_expr(d.adbin, d.adrelid)) as line
     from ${TABLES} join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     union all
     select format('constraint %s.%s %s', c.relname, o.conname, pg_get_constraintdef(o.oid))
     from ${TABLES} join pg_constraint o on o.conrelid = c.oid
     union all select format('index %s', indexdef) from pg_indexes where schemaname = 'public'
     union all select format('policy %s', to_jsonb(p)) from pg_policies p where schemaname = 'public'
     union all
     select format('security %s %s %s', c.relname, c.relrowsecurity, c.relforcerowsecurity) from ${TABLES}
     union all
     select format('right %s %s %s', c.relname, g.grantee::regrole, g.privilege_type)
     from ${TABLES} cross join aclexplode(c.relacl) g
     union all select format('sequence %s', sequencename) from pg_sequences where schemaname = 'public'
     order by 1`,
  );
  return rows.map(({ line }) => line);
}
