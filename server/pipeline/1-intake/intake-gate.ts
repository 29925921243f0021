/** Whether intake is open: paused by an operator (kept in the database), or shut while the disk is nearly full. */
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../../core/errors.ts';
import type { Context } from '../../context.ts';

const settingName = 'intake_paused';

export interface Pause {
  readonly since: number;
  readonly by: string;
}

export class IntakeGate {
  readonly #ctx: Context;
  #pause: Pause | null = null;
  #diskLow = false;

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  get paused(): Pause | null {
    return this.#pause;
  }

  get diskLow(): boolean {
    return this.#diskLow;
  }

  /** @throws AppError `maintenance_mode` or `disk_low` while intake is shut */
  check(): void {
    if (this.#pause) {
      throw new AppError('maintenance_mode', 'Intake is paused by an operator. Try again later.', {
        retryAfterS: 30,
      });
    }
    if (this.#diskLow) {
      throw new AppError('disk_low', 'The disk is nearly full. Try again when there is room.', {
        retryAfterS: 60,
      });
    }
  }

  /** Reads both again: other replicas may have paused, and the disk fills by itself. */
  async refresh(): Promise<void> {
    const rows = await this.#ctx.store.readSettings();
    const row = rows.find(({ name }) => name === settingName);
    this.#pause = row ? { since: row.updated_at, by: row.updated_by } : null;
    if (this.#ctx.store.dialect === 'sqlite') {
      const { bavail, bsize } = await statfs(dirname(this.#ctx.settings.DATABASE_PATH));
      this.#diskLow = bavail * bsize < this.#ctx.settings.DISK_LOW_BYTES;
    }
  }

  async pause(actor: string): Promise<void> {
    const now = this.#ctx.clock.now();
    if (!this.#pause) await this.#ctx.store.writeSetting({ name: settingName, value: 'true', actor, now });
    await this.refresh();
    this.#ctx.wakeUps.wake('settings');
  }

  async resume(): Promise<void> {
    await this.#ctx.store.removeSetting({ name: settingName });
    await this.refresh();
    this.#ctx.wakeUps.wake('settings');
  }
}
