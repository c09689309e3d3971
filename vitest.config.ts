import { defineConfig } from 'vitest/config';

/** One project for each kind of test (DESIGN: each asks another question). */
const unit = [
  'base',
  'config',
  'trackers',
  'notify',
  'observe',
  'daemon',
  'cli',
  'contract',
  'doctor',
  'tidy',
];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: unit.map((room) => `test/${room}/**/*.test.ts`),
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'native',
          include: ['test/native/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          testTimeout: 600_000,
        },
      },
      {
        test: { name: 'sim', include: ['test/sim/**/*.test.ts'], testTimeout: 600_000 },
      },
      {
        test: {
          name: 'netns',
          include: ['test/netns/**/*.test.ts', 'test/lifecycle/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // A shared machine may stall a whole lab; test/run.mjs names each that needed its second try.
          retry: process.env['CI'] ? 1 : 0,
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
