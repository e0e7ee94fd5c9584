/** 0: all well. 1: a MUST or a critical row fails. 2: input that can't be used. */
export type ExitCode = 0 | 1 | 2;
