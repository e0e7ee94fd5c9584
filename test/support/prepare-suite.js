'use strict';

const { spawnSync } = require('node:child_process');
const { mkdtempSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/**
 * Builds dist/ once before the suites that run the command, so that they never test an old one, and
 * makes the folder in which workers share recorded clusters.
 */
module.exports = function prepareSuite() {
  const root = path.resolve(__dirname, '..', '..');
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the build failed: ${stderr}`);
  process.env.HARDENED_CLUSTER_RECORDINGS = mkdtempSync(path.join(os.tmpdir(), 'recordings-'));
};
