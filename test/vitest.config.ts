import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // One worker a core: Vitest leaves one free, which on two cores doubles the time.
    maxWorkers: '100%',
    // Modules hold no state that a test could leave behind, so each is loaded once a worker and not once a file.
    isolate: false,
  },
});
