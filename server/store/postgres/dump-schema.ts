import type pg from 'pg';
import { schemaVersion } from './migrate.ts';

interface Named {
  readonly table: string;
  readonly definition: string;
}

const columns = `
  select c.relname as "table",
    a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
      || case when a.attnotnull then ' not null' else '' end
      || case when a.attidentity <> '' then ' generated as identity' else '' end
      || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') as definition
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relkind = 'r' order by c.relname, a.attnum`;

const storage = `
  select c.relname as "table", array_to_string(c.reloptions, ', ') as definition
  from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
  where c.relkind = 'r' and c.reloptions is not null`;

const indexes = `
  select tablename as "table", indexdef as definition from pg_indexes
  where schemaname = current_schema() order by tablename, indexname`;

/** The schema of a database as text, in an order of its own: what migrations have led to, for a reviewer to read. */
export async function dumpSchema(client: pg.Client): Promise<string> {
  const { rows: columnRows } = await client.query<Named>(columns);
  const { rows: storageRows } = await client.query<Named>(storage);
  const { rows: indexRows } = await client.query<Named>(indexes);
  const lines = [`-- Schema ${await schemaVersion(client)}, made by the migrations. Do not edit.`];
  for (const table of new Set(columnRows.map((row) => row.table))) {
    const own = (rows: readonly Named[]) => rows.filter((row) => row.table === table);
    lines.push('', `CREATE TABLE ${table} (`);
    lines.push(
      own(columnRows)
        .map(({ definition }) => `  ${definition}`)
        .join(',\n'),
      own(storageRows).length === 0 ? ');' : `) WITH (${own(storageRows).map((row) => row.definition)});`,
    );
    for (const { definition } of own(indexRows)) lines.push(`${definition.replace(' public.', ' ')};`);
  }
  return `${lines.join('\n')}\n`;
}
