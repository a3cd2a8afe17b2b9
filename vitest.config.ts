import { defineConfig } from 'vitest/config';

const TESTS = ['packages/*/src/**', 'apps/*/src/**', 'native/*/js/**', 'tools/*/src/**'];
const shared = {
  setupFiles: ['./vitest.setup.ts'],
  include: TESTS.map((folder) => `${folder}/*.test.ts`),
  // A busy machine is slow, not wrong.
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { ...shared, name: 'unit', exclude: ['**/*.integration.test.ts'] } },
      {
        extends: true,
        test: {
          ...shared,
          name: 'integration',
          include: TESTS.map((folder) => `${folder}/*.integration.test.ts`),
          // Network namespaces, iptables and the queue numbers belong to the whole machine.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
