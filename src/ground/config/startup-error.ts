/** Why the service cannot start, in one line for the person who starts it: what is wrong, and how to fix it. */
export class StartupError extends Error {}

/** PostgreSQL does not accept the password. */
export class LoginRefused extends StartupError {}

/** Explains a failure to listen by the variables that name the address; returns any other error unchanged. */
export function explainListenError(error: unknown, variable: string, port: number, host: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartupError(
        `${variable}: ${port} is in use. Stop what runs there, or set ${variable} to another one.`,
      );
    case 'EACCES':
      return new StartupError(`${variable}: ${port} may not be opened by this user. Set ${variable} to another one.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartupError(`HOST: ${host} is no address of this machine.`);
    default:
      return error;
  }
}
