/** A whole cluster that is copied, put back, and promoted, as an administrator or a machine does it. */
import { execFile } from 'node:child_process';
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type OwnServer, startOwnServer } from './find-server.for-test.ts';
import { withConnection } from './migrate.ts';

const run = promisify(execFile);

export class OwnCluster {
  readonly #server: OwnServer;
  readonly #copy = mkdtempSync(join(tmpdir(), 'cluster-copy-'));

  private constructor(server: OwnServer) {
    this.#server = server;
  }

  static async start(): Promise<OwnCluster> {
    return new OwnCluster(await startOwnServer());
  }

  get url(): string {
    return this.#server.url;
  }

  /** Copies all files while the server runs, by PostgreSQL's own protocol for that. One copy is kept. */
  async copy(): Promise<void> {
    const to = join(this.#copy, 'data');
    rmSync(to, { recursive: true, force: true });
    await withConnection(this.url, async (client) => {
      await client.query(`select pg_backup_start('copy', true)`);
      await copyFiles(this.#server.dataFolder, to);
      const { rows } = await client.query<{ label: string }>(
        'select labelfile as label from pg_backup_stop(false)',
      );
      await copyFiles(join(this.#server.dataFolder, 'pg_wal'), join(to, 'pg_wal'));
      this.#write(join(to, 'backup_label'), rows[0]?.label ?? '');
    });
    rmSync(join(to, 'postmaster.pid'), { force: true });
  }

  /** The files as they were copied. Nothing in them tells that time has passed. */
  putBackSnapshot(): Promise<void> {
    return this.#server.restart(() => this.#putBack());
  }

  /** The same as a recovery to that point in time; and as a standby that had heard no more than this, and is promoted. */
  recover(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    return this.#server.restart(async () => {
      await this.#putBack();
      this.#askForRecovery();
      await meanwhile();
    });
  }

  /** As a standby that had heard everything. */
  promote(): Promise<void> {
    return this.#server.restart(async () => this.#askForRecovery());
  }

  restart(): Promise<void> {
    return this.#server.restart();
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    rmSync(this.#copy, { recursive: true, force: true });
  }

  async #putBack(): Promise<void> {
    rmSync(this.#server.dataFolder, { recursive: true, force: true });
    await copyFiles(join(this.#copy, 'data'), this.#server.dataFolder);
  }

  #askForRecovery(): void {
    this.#write(join(this.#server.dataFolder, 'recovery.signal'), '');
  }

  /** Belongs to whom the server runs as. */
  #write(path: string, text: string): void {
    writeFileSync(path, text);
    const { uid, gid } = statSync(this.#server.dataFolder);
    chownSync(path, uid, gid);
  }
}

/** With their owners. A file that goes while a running server's folder is read is not missed in the copy. */
async function copyFiles(from: string, to: string): Promise<void> {
  await run('cp', ['-a', '-T', from, to]).catch((error: { stderr?: string }) => {
    const lines = (error.stderr ?? '').trim().split('\n');
    if (!lines.every((line) => line.includes('No such file or directory'))) throw error;
  });
}
