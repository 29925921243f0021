/** docs/api/openapi.json, as the service itself describes its API. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeService } from '../server/compose/service.ts';
import { readSettings } from '../server/config/read-settings.ts';

export async function renderOpenApi(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'openai-batch-manager-openapi-'));
  try {
    const { settings } = readSettings({
      OPENAI_API_KEY: 'none',
      DATABASE_PATH: join(folder, 'openapi.db'),
      LOG_LEVEL: 'silent',
    });
    const service = await composeService(settings);
    const { body } = await service.http.app.inject({ method: 'GET', url: '/api/openapi.json' });
    await service.http.app.close();
    await service.ctx.store.close();
    return `${JSON.stringify(JSON.parse(body), null, 2)}\n`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
