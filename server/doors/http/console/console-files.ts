/** The built console in memory: a few hundred kilobytes, each file once as it is and once compressed. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface ConsoleFile {
  readonly bytes: Buffer;
  readonly gzip: Buffer;
  readonly type: string;
  readonly etag: string;
  /** Its name changes with its content, so it may be kept for ever. */
  readonly immutable: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};

/** Where a build stands: beside the sources, and in the package. */
const folders = ['../../../../dist/console', '../../../../console'].map((path) =>
  join(import.meta.dirname, path),
);

/** Files by their address, such as `/assets/main-1a2b.js`; null when no console was built. Read at the first look. */
export class ConsoleFiles {
  readonly #folder: string | undefined;
  #files: ReadonlyMap<string, ConsoleFile> | undefined;

  /** @param folder where the build is; found beside the program when left out */
  constructor(folder?: string) {
    this.#folder = folder ?? folders.find((path) => existsSync(join(path, 'index.html')));
  }

  get built(): boolean {
    return this.#folder !== undefined;
  }

  find(address: string): ConsoleFile | undefined {
    this.#files ??= this.#folder === undefined ? new Map() : readFiles(this.#folder);
    return this.#files.get(address);
  }
}

function readFiles(folder: string): Map<string, ConsoleFile> {
  const names = globSync('**/*.*', { cwd: folder }).filter((name) => extname(name) in types);
  return new Map(
    names.map((name) => {
      const bytes = readFileSync(join(folder, name));
      return [
        `/${name}`,
        {
          bytes,
          gzip: gzipSync(bytes, { level: 9 }),
          type: types[extname(name)] ?? 'application/octet-stream',
          etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
          immutable: name.startsWith('assets/'),
        },
      ];
    }),
  );
}
