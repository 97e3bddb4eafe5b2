import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Leases } from './process-leases.js';
import { findProcess } from './processes.js';

describe('the leases of a cluster', () => {
  let directory: string;
  let leases: Leases;
  let node: ChildProcess;
  let shell: ChildProcess;

  const start = async (command: string, ...args: string[]) => {
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    await once(child, 'spawn');
    return child;
  };
  const lease = ({ pid }: ChildProcess) => join(directory, 'cluster.users', String(pid));

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'onboarding-leases-'));
    mkdirSync(join(directory, 'cluster.users'));
    leases = new Leases(join(directory, 'cluster'));
    node = await start(process.execPath, '--eval', 'process.stdin.resume()');
    shell = await start('/bin/sh', '-c', 'read line');
  });
  afterEach(() => {
    for (const child of [node, shell]) child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  it('do not include our own', () => {
    leases.take(5432);
    expect(leases.port).toBeUndefined();
    expect(leases.giveBack()).toBe(0);
    expect(readdirSync(join(directory, 'cluster.users'))).toEqual([]);
  });

  it('are those of other processes, with the port that one of them knows', () => {
    for (const [child, port] of [[node, 0] as const, [shell, 5432] as const]) {
      writeFileSync(lease(child), `${findProcess(child.pid as number)?.startedAt}\n${port}\n`);
    }
    leases.take();
    expect(leases.port).toBe(5432);
    expect(leases.giveBack()).toBe(2);
  });

  it('hold the start time: a later process with the same id has none', () => {
    leases.take(5432);
    const own = readFileSync(lease(process as unknown as ChildProcess), 'utf8');
    const [startedAt = ''] = own.split('\n');
    expect(own).toBe(`${findProcess(process.pid)?.startedAt}\n5432\n`);
    for (const child of [node, shell]) writeFileSync(lease(child), `${startedAt}\n5432\n`);
    expect(leases.port).toBeUndefined();
    expect(leases.giveBack()).toBe(0);
    expect(readdirSync(join(directory, 'cluster.users'))).toEqual([]);
  });

  it('of earlier versions are empty: they belong to processes of Node, not to other programs', () => {
    for (const child of [node, shell]) writeFileSync(lease(child), '');
    leases.take();
    expect(leases.giveBack()).toBe(1);
    expect(readdirSync(join(directory, 'cluster.users'))).toEqual([String(node.pid)]);
  });

  it('do not exist without a process', async () => {
    node.kill('SIGKILL');
    await once(node, 'exit');
    for (const name of ['0', '-1', 'notes.txt', String(node.pid)]) {
      writeFileSync(join(directory, 'cluster.users', name), '');
    }
    expect(leases.giveBack()).toBe(0);
  });
});
