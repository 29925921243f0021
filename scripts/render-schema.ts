/** server/store/sqlite/schema.sql: the schema as the migrations leave it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectWriter } from '../server/store/sqlite/connect.ts';
import { dumpSchema } from '../server/store/sqlite/dump-schema.ts';
import { migrate } from '../server/store/sqlite/migrate.ts';

export function renderSchema(): string {
  const folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-schema-'));
  try {
    const db = connectWriter(join(folder, 'schema.db'));
    migrate(db);
    const schema = dumpSchema(db);
    db.close();
    return schema;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
