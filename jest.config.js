'use strict';

const shared = require('./jest.shared.js');

/** The fast suite: npm packages alone. */
module.exports = {
  ...shared,
  // Jest leaves one of two processors idle by default.
  maxWorkers: '100%',
  globalSetup: '<rootDir>/test/support/build-command.js',
  // Only for what would never end: some tests plan whole clusters in processes of their own.
  testTimeout: 120_000,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/real/'],
};
