import { loadConfiguration } from '../ground/config/load-configuration.js';
import { developmentToken } from '../ground/auth/development-token.js';
import { run } from './run.js';
import { tokenOptions } from './token-options.js';

await run(async () => {
  const { userId, ...options } = tokenOptions(process.argv.slice(2));
  console.log(await developmentToken(loadConfiguration(), userId, options));
});
