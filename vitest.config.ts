import { defineConfig } from 'vitest/config'

// unit: pure, parallel, seconds. integration: real Postgres, perf and bpftrace as root, one file at a time.
// vm: the same in virtual machines, one at a time (npm run test:vm, which makes sure of what they need).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.{ts,tsx}', 'apps/*/src/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts', 'demo/**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**'],
          // Some write to disk and wait for it; on a busy machine that takes seconds, and says nothing about them.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['packages/*/src/**/*.integration.test.ts', 'apps/*/src/**/*.integration.test.ts', 'demo/**/*.integration.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          maxConcurrency: 3,
          // Real tracers on a real machine; a test that needs its second try is told as such, `(retry x1)`.
          retry: 1,
        },
      },
      {
        test: {
          name: 'vm',
          include: ['vm/**/*.vm.test.ts'],
          testTimeout: 600_000,
          // Where a machine's disk is made first.
          hookTimeout: 600_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
