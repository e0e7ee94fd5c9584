'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');

/** Builds dist/ once before the fast suite, so that it never tests an old command. */
module.exports = function buildCommand() {
  const root = path.resolve(__dirname, '..', '..');
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the build failed: ${stderr}`);
};
