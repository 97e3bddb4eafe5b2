/** Why the service cannot start, in one line for whoever starts it: what is wrong, and how to mend it. */
export class StartupError extends Error {}
