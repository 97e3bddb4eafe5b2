import { text } from 'node:stream/consumers';
import { describeLive, type ApiDocument } from '../onboarding/live/async-api.js';
import { run } from './run.js';

/** Prints the description of the live doors, made from the API's document on standard input. */
await run(async () => {
  const api = JSON.parse(await text(process.stdin)) as ApiDocument;
  console.log(JSON.stringify(describeLive(api), null, 2));
});
