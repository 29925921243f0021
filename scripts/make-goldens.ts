/** The golden files and how each is made. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderCli } from './render-cli.ts';
import { renderConfiguration } from './render-configuration.ts';
import { renderOpenApi } from './render-openapi.ts';
import { root } from './run.ts';

export interface Golden {
  readonly path: string;
  readonly content: string;
}

export async function makeGoldens(): Promise<Golden[]> {
  return [
    { path: 'docs/configuration.md', content: renderConfiguration() },
    { path: 'docs/cli.md', content: renderCli() },
    { path: 'docs/api/openapi.json', content: await renderOpenApi() },
  ];
}

/** A document of which only marked parts are made. */
export function readDocument(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
