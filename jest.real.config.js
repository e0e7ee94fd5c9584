'use strict';

const shared = require('./jest.shared.js');

/** The suite on real programs; a missing program is a failure where CI=true. */
module.exports = {
  ...shared,
  testMatch: ['<rootDir>/test/real/**/*.test.ts'],
  testTimeout: 120_000,
};
