'use strict';

const real = require('./jest.real.config.js');

process.env.HARDENED_CLUSTER_EXTENDED = '1';

/**
 * What takes longer than `.ci/run` may, and is run before a release: long suites, and the suites that
 * run on every supported minor version of Kubernetes (`tested-minor-versions.ts`).
 */
module.exports = {
  ...real,
  testMatch: [
    '<rootDir>/test/**/*.extended.test.ts',
    '<rootDir>/test/real/constructs/policies.test.ts',
    '<rootDir>/test/real/kubernetes/kubeadm.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/'],
};
