import { createApp } from '../configure-app.js';
import { Configuration } from '../ground/config/configuration.js';
import { run } from './run.js';

/** Prints the API's document, made from the routes. Needs no database. */
await run(async () => {
  const configuration = new Configuration({
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    // With the routes of operators.
    DATABASE_OPERATOR_URL: 'postgres://none@127.0.0.1:1/none',
    JOBS: 'false',
    AUTH_JWT_SECRET: 'no token is verified while a document is written',
    API_KEY_ENCRYPTION_KEYS: `none:${Buffer.alloc(32).toString('base64')}`,
    LOG_LEVEL: 'silent',
  });
  const app = await createApp(configuration);
  const { payload } = await app.inject('/openapi.json');
  await app.close();
  console.log(JSON.stringify(JSON.parse(payload), null, 2));
});
