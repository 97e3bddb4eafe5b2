import { ConfigurationError } from '../ground/config/configuration.js';
import { StartupError } from '../ground/config/startup-error.js';

/** The oldest Node that the ORM runs on. */
const OLDEST_NODE = 22;

/** Runs a command. Mistakes in how it is used are printed as one line each; any other error is a defect, printed with its stack. */
export async function run(command: () => Promise<void>): Promise<void> {
  try {
    const [major = '0'] = process.versions.node.split('.');
    if (Number(major) < OLDEST_NODE) {
      throw new StartupError(
        `Node ${OLDEST_NODE} or later is needed, this is ${process.version}: start with "npm start", which brings its own.`,
      );
    }
    await command();
  } catch (error) {
    console.error(error instanceof StartupError || error instanceof ConfigurationError ? error.message : error);
    process.exitCode = 1;
  }
}
