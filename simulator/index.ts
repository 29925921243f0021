/** The simulator as a library. */
export type { ClockOptions } from './clock.ts';
export type { StoredFile } from './files/file-store.ts';
export type { Batch, BatchStatus } from './life/batch.ts';
export { fastTiming, realTiming, type SimulatorOptions, type Timing } from './options.ts';
export { catalogue } from './scripts/catalogue.ts';
export type {
  BatchEffect,
  BatchRule,
  CallEffect,
  CallRule,
  CapRule,
  Conditions,
  Route,
  RowEffect,
  RowRule,
  Rule,
  Script,
} from './scripts/rule.ts';
export type { Overlap, SeenCall } from './seen/call-ledger.ts';
export type { Seen, SeenBatch, SeenLine, SeenSummary } from './seen/seen.ts';
export { type Simulator, startSimulator } from './start-simulator.ts';
export type { SimulatorEvents } from './world.ts';
