import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './scripts/longest-first.ts';

// Tests start the service some two hundred times: its modules need to be compiled only once.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules', '.cache', 'compiled');

export default defineConfig({
  test: {
    include: ['{core,server,simulator,demo,test,bench,scripts}/**/*.test.ts'],
    pool: 'forks',
    // Most tests wait for other processes: on two cores one worker would leave half the machine idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: LongestFirst },
    // For what is broken, and wide: a busy machine must not reach it.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['{core,server,simulator}/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.for-test.ts', '**/conformance/**'],
      reporter: ['text-summary', 'html'],
    },
  },
});
