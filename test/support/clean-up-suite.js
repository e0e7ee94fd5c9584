'use strict';

const { rmSync } = require('node:fs');

/** Removes the recorded clusters. */
module.exports = function cleanUpSuite() {
  const folder = process.env.HARDENED_CLUSTER_RECORDINGS;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
};
