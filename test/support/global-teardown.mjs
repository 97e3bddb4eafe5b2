import { rmSync } from 'node:fs';

export default async function tearDown() {
  globalThis.noLongerRunning();
  if (!globalThis.testCluster) return;
  const { postgres, directory } = globalThis.testCluster;
  await postgres.stop();
  rmSync(directory, { recursive: true, force: true });
}
