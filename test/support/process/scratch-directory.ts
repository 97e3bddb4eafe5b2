import { chmodSync, mkdtempSync } from 'node:fs';

/** A directory that every user of the machine can reach: as root, PostgreSQL runs as `nobody`. */
export function scratchDirectory(): string {
  const directory = mkdtempSync('/var/tmp/onboarding-test-');
  chmodSync(directory, 0o755);
  return directory;
}
