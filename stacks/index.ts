// Stack capture is 40% of the time that a resource takes, and no stack trace of it is ever shown.
Error.stackTraceLimit = 0;

import { runProject } from './cluster/program';

/** Outputs of the stack; see docs/aws.md. */
module.exports = runProject();
