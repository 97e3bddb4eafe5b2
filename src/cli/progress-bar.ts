import { SingleBar } from 'cli-progress';

/** Shows how far a command is. The bar stops with the command, also when that fails: a bar that runs keeps the process alive. */
export async function withProgressBar<T>(
  format: string,
  use: (onProgress: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const bar = new SingleBar({ format, noTTYOutput: true });
  try {
    return await use((done, total) => {
      if (!bar.isActive) bar.start(total, 0);
      bar.update(done);
    });
  } finally {
    bar.stop();
  }
}
