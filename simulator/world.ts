/** Everything that one simulator consists of. */
import type { EventEmitter } from 'node:events';
import type { Clock } from './clock.ts';
import type { FileStore, StoredFile } from './files/file-store.ts';
import type { Batch, BatchStatus } from './life/batch.ts';
import type { BatchStore } from './life/batch-store.ts';
import type { TokenLedger } from './life/token-ledger.ts';
import type { Settings } from './options.ts';
import type { Pacer } from './pacer.ts';
import type { RuleBook } from './scripts/rule-book.ts';
import type { CallLedger, SeenCall } from './seen/call-ledger.ts';
import type { LineLedger } from './seen/line-ledger.ts';

/** What a test can wait for. */
export interface SimulatorEvents {
  /** The head of an upload has come, with the file's name. */
  'upload-begun': [filename: string];
  'file-created': [file: StoredFile];
  'batch-created': [batch: Batch];
  'batch-status': [batch: Batch, status: BatchStatus];
  /** A call is over, however it ended. */
  call: [call: SeenCall];
  /** Something went wrong inside the simulator itself. */
  fault: [error: unknown];
}

export interface World {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly events: EventEmitter<SimulatorEvents>;
  readonly files: FileStore;
  readonly batches: BatchStore;
  readonly rules: RuleBook;
  readonly tokens: TokenLedger;
  readonly lines: LineLedger;
  readonly calls: CallLedger;
  readonly pacer: Pacer;
}
