import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../../src/ground/config/configuration.js';
import { cluster } from '../database/database.js';
import { within } from './deadline.js';
import { scratchDirectory } from './scratch-directory.js';
import { compileCache } from './service-process.js';

export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly args?: readonly string[];
  /** A file that its standard output goes to, or that nobody reads it; left out: it is returned. */
  readonly stdout?: { readonly file: string } | 'closed';
  /** Nobody reads its standard error; left out: it is returned. */
  readonly stderr?: 'closed';
  /** Kilobytes above which the system refuses to let a file grow, as where a disk is full. */
  readonly mostFileKb?: number;
  /** What happens while it runs; `signal` sends it one. */
  readonly meanwhile?: (signal: (name: NodeJS.Signals) => void) => Promise<void>;
}

/** Runs a built command, such as `cli/rotate-keys`, to its end. It sees the variables it is given and nothing else of the machine. */
export async function runCommand(
  entry: string,
  environment: Environment,
  { args = [], stdout: output, stderr: errors, mostFileKb, meanwhile }: CommandOptions = {},
): Promise<CommandEnd> {
  const directory = scratchDirectory();
  const file = output === undefined || output === 'closed' ? null : openSync(output.file, 'a');
  const node = [process.execPath, join(cluster().build, `${entry}.js`), ...args];
  // In blocks of 512 bytes.
  const limited = ['/bin/sh', '-c', `ulimit -f ${(mostFileKb ?? 0) * 2}; exec "$@"`, 'sh', ...node];
  const [program = '', ...rest] = mostFileKb === undefined ? node : limited;
  const child = spawn(program, rest, {
    cwd: directory,
    env: { ...compileCache(), ...environment },
    stdio: ['ignore', file ?? 'pipe', 'pipe'],
  });
  if (file !== null) closeSync(file);
  if (output === 'closed') child.stdout?.destroy();
  if (errors === 'closed') child.stderr?.destroy();
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<CommandEnd>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
  try {
    await meanwhile?.((name) => child.kill(name));
    return await within(`${entry} ends`, ended);
  } finally {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
}
