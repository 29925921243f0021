import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{core,server,simulator,demo,test,bench,scripts}/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['{core,server,simulator}/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.for-test.ts', '**/conformance/**'],
      reporter: ['text-summary', 'html'],
    },
  },
});
