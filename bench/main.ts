/** `npm run bench`: every workload against its floor. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { describeMachine, describeYardstick, replaceTable } from './document.ts';
import { type Options, readOptions, usage } from './options.ts';
import { dropForgotten } from './postgres.ts';
import { summariseProfiles } from './profiles.ts';
import { runScript } from './run-script.ts';
import { type Outcome, runWorkload } from './run-workload.ts';
import { makeScratch, type Scratch, type Setup } from './setup.ts';
import { renderJson, renderTable } from './table.ts';
import type { Workload } from './workload.ts';
import { workloads } from './workloads/index.ts';
import { intake, intakePg } from './workloads/intake.ts';

const usualPairs = 5;

function chooseWorkloads({ only, store, long }: Options): readonly Workload[] {
  const unknown = only.filter((name) => !workloads.some((workload) => workload.name === name));
  if (unknown.length > 0) {
    throw new Error(
      `there is no workload ${unknown.join(', ')}; there are ${workloads.map((w) => w.name).join(', ')}`,
    );
  }
  const named = only.map((name) => (store === 'postgres' && name === intake.name ? intakePg.name : name));
  const wanted = workloads.filter(({ name, long: isLong }) =>
    named.length > 0 ? named.includes(name) : long || !isLong,
  );
  const possible = wanted.filter(({ stores }) => stores.includes(store));
  if (possible.length === 0)
    throw new Error(
      `none of these workloads can run on ${store} yet; a workload says in its file which stores it knows`,
    );
  for (const { name } of wanted) {
    if (!possible.some((workload) => workload.name === name))
      print(`left out: ${name} cannot run on ${store}`);
  }
  return possible;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function makeSetup(options: Options, scratch: Scratch, lasting: Scratch): Setup {
  const { store, quick, long, fsyncDelayMs, profile } = options;
  return {
    store,
    quick,
    long,
    fsyncDelayMs,
    profileFolder: profile === null ? null : resolve(profile),
    size: (full, small) => (quick ? small : full),
    folder: scratch.folder,
    lasting: lasting.folder,
  };
}

/** Runs one after the other; what was measured is written down after each, and one that fails stops none. */
async function runAll(options: Options, machine: string): Promise<void> {
  const scratch = makeScratch();
  const lasting = makeScratch();
  const setup = makeSetup(options, scratch, lasting);
  const outcomes: Outcome[] = [];
  const failed: string[] = [];
  const said = () => {
    const yardstick = describeYardstick(outcomes.flatMap((outcome) => outcome.yardstick));
    const failures = failed.length === 0 ? '' : `. **Failed:** ${failed.join(', ')}.`;
    return `${machine}${yardstick}${failures}`;
  };
  for (const workload of chooseWorkloads(options)) {
    const startedAt = performance.now();
    try {
      const outcome = await runWorkload(workload, setup, pairsOf(options, workload));
      outcomes.push(outcome);
      const took = ((performance.now() - startedAt) / 1_000).toFixed(0);
      print(`${renderTable([outcome]).split('\n').at(-1)} ${took} s`);
    } catch (error) {
      failed.push(workload.name);
      complain(`${workload.name} failed:`, error);
    }
    writeDown(options, outcomes, said());
    scratch.remove();
    await dropForgotten();
    if (setup.profileFolder !== null) print(summariseProfiles(setup.profileFolder, workload.name));
  }
  lasting.remove();
  await dropForgotten();
  print(`\n${renderTable(outcomes)}\n\n${said()}`);
}

function pairsOf({ quick, profile, pairs }: Options, workload: Workload): number {
  if (quick || profile !== null) return 1;
  return pairs === null ? (workload.pairs ?? usualPairs) : Math.min(pairs, workload.pairs ?? pairs);
}

function writeDown({ json, write, store }: Options, outcomes: readonly Outcome[], machine: string): void {
  if (json !== null) writeFileSync(json, renderJson(outcomes));
  if (write === null) return;
  writeFileSync(
    write,
    replaceTable(readFileSync(write, 'utf8'), store, `\n${renderTable(outcomes)}\n\n${machine}\n`),
  );
}

function complain(what: string, error: unknown): void {
  process.stderr.write(
    `${what} ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
}

// An order to end goes by way of `exit`, so that what was started and what was written goes, too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) print(usage);
  else {
    if (options.profile !== null) mkdirSync(options.profile, { recursive: true });
    const machine = describeMachine({
      date: new Date().toISOString().slice(0, 10),
      cpus: cpus().length,
      cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
      node: process.versions.node,
      load: loadavg()[0] ?? 0,
      command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(
        ' ',
      ),
    });
    await runScript('scripts/build.ts');
    await runAll(options, machine);
  }
} catch (error) {
  // What was typed, most likely: a sentence, no stack.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// What a workload that hung has left open must hold nobody.
process.exit();
