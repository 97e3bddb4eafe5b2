#!/usr/bin/env node
// Writes the API's documents and the types of its client from the routes. With --check: says whether they are up to date.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuild } from './build.mjs';
import { ensureInstalled, NODE, ROOT } from './install.mjs';

await ensureInstalled();
const { default: openapiTypescript, astToString } = await import('openapi-typescript');
const { format, resolveConfig } = await import('prettier');

const commands = join(await ensureBuild(), 'cli');
const document = run(NODE, [join(commands, 'print-openapi.js')]);
const types = astToString(await openapiTypescript(JSON.parse(document), { alphabetize: true }));
const notice = '// Written by `npm run client` from openapi.json: change the routes, not this file.\n\n';
const files = {
  'client/openapi.json': document,
  'client/asyncapi.json': run(NODE, [join(commands, 'print-asyncapi.js')], document),
  'client/schema.ts': notice + types,
};

let stale = false;
for (const [name, content] of Object.entries(files)) {
  const path = join(ROOT, name);
  const formatted = await format(content, { ...(await resolveConfig(path)), filepath: path });
  if (!process.argv.includes('--check')) writeFileSync(path, formatted);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== formatted) {
    console.error(`${name} is not what the routes say: run \`npm run client\`, and commit what it writes.`);
    stale = true;
  }
}
process.exitCode = stale ? 1 : 0;

function run(command, args, input = '') {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status === 0) return stdout;
  console.error(`${stdout}${stderr}`);
  process.exit(1);
}
