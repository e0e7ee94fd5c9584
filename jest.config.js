'use strict';

const shared = require('./jest.shared.js');

/** The fast suite: npm packages alone. */
module.exports = {
  ...shared,
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/real/'],
};
