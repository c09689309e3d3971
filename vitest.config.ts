import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** One project for each kind of test (DESIGN: each asks another question). */
const unit = [
  'base',
  'bench',
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

/**
 * Tests of network namespaces that are told one after the other: they fill both processors on purpose,
 * count what a busy machine makes late, or track processes of the machine's own table by a common name.
 */
const alone = [
  'blocked-javascript',
  'flood',
  'killed-master',
  'starved',
  'storms',
  'walkthrough-1-process',
  'walkthrough-6-several',
].map((name) => `test/netns/${name}.test.ts`);

/** Each lab is a machine of its own that mostly waits, so that several fit on one. */
const labsTogether = 5;

// A shared machine may stall a whole lab; test/run.mjs names each that needed its second try.
const retry = process.env['CI'] ? 1 : 0;

/** What takes longest begins first. Vitest knows it only from its second run on. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((name) => moduleId.endsWith(name));
      return at < 0 ? longest.length : at;
    };
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => rank(a) - rank(b));
  }
}

const longest = ['netns/corpus/pairs.test.ts', 'native/native.test.ts', 'netns/screens.test.ts'];

// Groups come one after the other; within a group files run at the same time. What needs the processors
// comes first; the build of the native tests fills the time in which the labs wait.
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: unit.map((room) => `test/${room}/**/*.test.ts`),
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'native',
          include: ['test/native/**/*.test.ts', 'test/conformance/**/*.test.ts'],
          testTimeout: 600_000,
          maxWorkers: labsTogether,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'sim',
          include: ['test/sim/**/*.test.ts'],
          testTimeout: 600_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'netns',
          include: ['test/netns/**/*.test.ts', 'test/lifecycle/**/*.test.ts'],
          exclude: alone,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: labsTogether,
          sequence: { groupOrder: 1 },
          retry,
        },
      },
      {
        test: {
          name: 'netns-alone',
          include: alone,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          retry,
        },
      },
      {
        test: {
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          testTimeout: 3_600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
