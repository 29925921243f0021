import { defineConfig } from 'vitest/config';

/** What takes too long for every run; results are kept in docs/long-tests.md. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.long.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
  },
});
