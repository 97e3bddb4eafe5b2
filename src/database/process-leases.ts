import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which processes use a cluster: a file each, named by its process. */
export function leases(cluster: string) {
  const directory = `${cluster}.users`;
  const mine = join(directory, String(process.pid));
  return {
    take(): void {
      mkdirSync(directory, { recursive: true });
      writeFileSync(mine, '');
    },
    /** How many others are left. */
    giveBack(): number {
      rmSync(mine, { force: true });
      const others = readdirSync(directory).filter(
        (pid) => isAlive(Number(pid)) || void rmSync(join(directory, pid), { force: true }),
      );
      return others.length;
    },
  };
}

export function isAlive(pid: number): boolean {
  return signal(pid, 0);
}

/** Whether there is such a process; the signal 0 only asks. */
export function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
