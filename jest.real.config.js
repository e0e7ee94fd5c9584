'use strict';

const shared = require('./jest.shared.js');

/**
 * The suite on real programs; a missing program is a failure where CI=true. `*.extended.test.ts` take
 * longer than a change can wait for: `npm run test:extended` runs them.
 */
module.exports = {
  ...shared,
  testMatch: ['<rootDir>/test/real/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '\\.extended\\.test\\.ts$'],
  // Only for what would never end: tests wait for conditions, which a busy machine meets late.
  testTimeout: 300_000,
};
