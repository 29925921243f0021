import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createClock } from './clock.ts';
import { createFileStore } from './files/file-store.ts';
import { createServer } from './http/serve.ts';
import { createBatchStore } from './life/batch-store.ts';
import { createTokenLedger } from './life/token-ledger.ts';
import { fillIn, type SimulatorOptions } from './options.ts';
import { createPacer } from './pacer.ts';
import type { Rule, Script } from './scripts/rule.ts';
import { createRuleBook } from './scripts/rule-book.ts';
import { createCallLedger } from './seen/call-ledger.ts';
import { createLineLedger } from './seen/line-ledger.ts';
import { listLines, lookAtAll, type Seen, type SeenLine, type SeenSummary, summarise } from './seen/seen.ts';
import type { SimulatorEvents, World } from './world.ts';

export interface Simulator {
  /** What clients set as their base URL: "http://127.0.0.1:PORT/v1". */
  readonly url: string;
  /** Without the "/v1": the admin routes are under "/__simulator/" of this. */
  readonly origin: string;
  readonly port: number;
  readonly events: EventEmitter<SimulatorEvents>;
  /** Moves the clock forward, runs what falls due, and waits until that is done. */
  advance(ms: number): Promise<void>;
  seen(): Seen;
  summary(): SeenSummary;
  /** Every line that was run. */
  lines(): Iterable<SeenLine>;
  /** @throws Error for an unknown name */
  addScript(script: string | Script | Rule): void;
  clearScripts(): void;
  /** Ends the rules that hold until lifted, such as a funding block. */
  lift(): void;
  /**
   * Waits until what was seen is as wanted; looks again whenever something happens.
   *
   * @throws Error when the simulator is closed first, or what the predicate throws
   */
  until(isAsWanted: (seen: Seen) => boolean): Promise<Seen>;
  close(): Promise<void>;
}

/** Starts an OpenAI Files and Batches server on this machine. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const world = createWorld(options);
  const app = createServer(world);
  await app.listen({ port: world.settings.port, host: world.settings.host });
  const { port } = app.server.address() as AddressInfo;
  const host = world.settings.host.includes(':') ? `[${world.settings.host}]` : world.settings.host;
  const origin = `http://${host}:${port}`;
  const closing = new AbortController();
  return {
    url: `${origin}/v1`,
    origin,
    port,
    events: world.events,
    advance: (ms) => world.clock.advance(ms),
    seen: () => lookAtAll(world),
    summary: () => summarise(world),
    lines: () => listLines(world),
    addScript: (script) => world.rules.add(script),
    clearScripts: () => world.rules.clear(),
    lift: () => world.rules.lift(),
    until: (isAsWanted) => waitUntil(world, isAsWanted, closing.signal),
    async close() {
      world.clock.stop();
      closing.abort();
      await app.close();
      world.files.close();
    },
  };
}

function createWorld(options: SimulatorOptions): World {
  const settings = fillIn(options);
  const events = new EventEmitter<SimulatorEvents>();
  events.setMaxListeners(0);
  const clock = createClock(settings.clock, (error) => events.emit('fault', error));
  const rules = createRuleBook(settings.seed);
  for (const script of settings.scripts) rules.add(script);
  return {
    settings,
    events,
    clock,
    rules,
    files: createFileStore(settings.dataDir, clock),
    batches: createBatchStore(),
    tokens: createTokenLedger(),
    lines: createLineLedger(),
    calls: createCallLedger(),
    pacer: createPacer(),
  };
}

function waitUntil(world: World, isAsWanted: (seen: Seen) => boolean, closing: AbortSignal): Promise<Seen> {
  const happenings = ['upload-begun', 'file-created', 'batch-created', 'batch-status', 'call'] as const;
  return new Promise((resolve, reject) => {
    let isLooking = false;
    const stop = (): void => {
      for (const name of happenings) world.events.off(name, lookSoon);
      closing.removeEventListener('abort', giveUp);
    };
    const giveUp = (): void => {
      stop();
      reject(new Error('The simulator was closed before what was waited for had happened.'));
    };
    const look = (): void => {
      isLooking = false;
      try {
        const seen = lookAtAll(world);
        if (!isAsWanted(seen)) return;
        stop();
        resolve(seen);
      } catch (error) {
        stop();
        reject(error);
      }
    };
    // Many things may happen in one turn of the event loop: one look is enough.
    const lookSoon = (): void => {
      if (isLooking) return;
      isLooking = true;
      setImmediate(look);
    };
    for (const name of happenings) world.events.on(name, lookSoon);
    closing.addEventListener('abort', giveUp);
    lookSoon();
  });
}
