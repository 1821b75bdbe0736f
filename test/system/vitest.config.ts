import { defineConfig } from 'vitest/config';

/** Tests that need programs of the system (Chromium); `npm test` leaves them out. */
// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  test: { include: ['test/system/**/*.system.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
});
