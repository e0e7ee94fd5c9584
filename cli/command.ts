import { inspect } from 'node:util';
import { runCommandLine } from './command-line';

// The reader has closed the pipe, as with `| head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

runCommandLine(process.argv.slice(2)).then(
  (exitCode) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    // A mistake of ours, not of the user's: fixing it needs the stack trace.
    process.stderr.write(`internal error: ${inspect(error)}\n`);
    process.exitCode = 70;
  },
);
