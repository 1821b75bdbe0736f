import { defineConfig } from 'vitest/config';

/**
 * Tests that need programs of the system (Chromium, PostgreSQL, curl) or take real time; `npm test` leaves them out. They
 * mostly wait, so more of them run at once than there are processors.
 */
// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: {
    include: ['test/system/**/*.system.ts'],
    testTimeout: 150_000,
    hookTimeout: 150_000,
    maxWorkers: 4,
  },
});
