import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{core,server,simulator,demo,test,bench,scripts}/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // CI shares its two cores with others; by hand nothing gets a second chance.
    retry: process.env['CI_SECOND_CHANCE'] === undefined ? 0 : 1,
    coverage: {
      provider: 'v8',
      include: ['{core,server,simulator}/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.for-test.ts', '**/conformance/**'],
      reporter: ['text-summary', 'html'],
    },
  },
});
