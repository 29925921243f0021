/** The golden files and how each is made. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderLifecycle } from './lifecycle-diagram.ts';
import { renderCli } from './render-cli.ts';
import { renderConfiguration } from './render-configuration.ts';
import { renderOpenApi } from './render-openapi.ts';
import { renderSchema } from './render-schema.ts';
import { root } from './run.ts';

export interface Golden {
  readonly path: string;
  readonly content: string;
}

export async function makeGoldens(): Promise<Golden[]> {
  return [
    { path: 'docs/configuration.md', content: renderConfiguration() },
    { path: 'docs/cli.md', content: renderCli() },
    { path: 'docs/lifecycle.md', content: renderLifecycle(readDocument('docs/lifecycle.md')) },
    { path: 'server/store/sqlite/schema.sql', content: renderSchema() },
    { path: 'docs/api/openapi.json', content: await renderOpenApi() },
  ];
}

/** A document of which only marked parts are made. */
export function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
