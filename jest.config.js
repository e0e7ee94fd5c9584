'use strict';

const shared = require('./jest.shared.js');

/** Folders whose tests run the command or register whole clusters; all others are units. */
const program = ['cli', 'conformance/plan', 'stacks', 'support'].map(
  (folder) => `<rootDir>/test/${folder}/`,
);

/** What only `npm run test:extended` runs. */
const extended = '\\.extended\\.test\\.ts$';

/** The fast suite: npm packages alone. */
module.exports = {
  // Jest leaves one of two processors idle by default.
  maxWorkers: '100%',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/real/', extended, ...program],
    },
    {
      ...shared,
      displayName: 'program',
      testMatch: program.map((folder) => `${folder}**/*.test.ts`),
      testPathIgnorePatterns: [extended],
      globalSetup: '<rootDir>/test/support/prepare-suite.js',
      globalTeardown: '<rootDir>/test/support/clean-up-suite.js',
    },
  ],
  // Only for what would never end: some tests plan whole clusters in processes of their own.
  testTimeout: 120_000,
};
