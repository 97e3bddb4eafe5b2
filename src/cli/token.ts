import { loadConfiguration } from '../ground/config/load-configuration.js';
import { StartupError } from '../ground/config/startup-error.js';
import { developmentToken } from '../ground/auth/development-token.js';
import { run } from './run.js';

await run(async () => {
  const userId = process.argv[2];
  if (!userId) throw new StartupError('Usage: npm run token -- <user id>');
  console.log(await developmentToken(loadConfiguration(), userId));
});
