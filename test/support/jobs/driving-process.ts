import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cluster } from '../database/database.js';
import { eventually } from '../process/deadline.js';

/** A process of the built service's queue that takes its turn at a drive. */
export class DrivingProcess {
  output = '';
  readonly #child: ChildProcess;

  private constructor(url: string) {
    const script = join(import.meta.dirname, 'take-turns.mjs');
    this.#child = spawn(process.execPath, [script, cluster().build, url], {
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
  }

  static async start(url: string): Promise<DrivingProcess> {
    const driving = new DrivingProcess(url);
    await eventually('a process has started its queue', () => {
      if (driving.hasEnded) throw new Error(`It has ended:\n${driving.output}`);
      return driving.output.includes('ready\n');
    });
    return driving;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Whether its drive runs. */
  get drives(): boolean {
    return !this.hasEnded && this.output.lastIndexOf('drives\n') > this.output.lastIndexOf('stops\n');
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }

  /** Stops all of it where it stands, and lets it go on: as an overloaded machine may. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  goOn(): void {
    this.#child.kill('SIGCONT');
  }
}
