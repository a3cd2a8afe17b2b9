/** What the process ends with; documented in docs/reference/cli.md. */
export const EXIT_OK = 0;
/** Wrong usage, or something could not be inspected: the result is not complete. */
export const EXIT_FAILURE = 1;
/** By convention 128 + SIGINT. */
export const EXIT_INTERRUPTED = 130;
