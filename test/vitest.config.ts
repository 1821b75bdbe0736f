import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // More than one worker a core, because many tests wait for programs; Vitest would leave a core free.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // Modules hold no state that a test could leave behind, so each is loaded once a worker and not once a file.
    isolate: false,
  },
});
