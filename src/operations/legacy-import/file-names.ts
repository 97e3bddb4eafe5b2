/** Files of one user, or of everybody (`.onboarding_progress.json`). */
const PROGRESS_FILE = /^\.onboarding_progress(?:_(.+))?\.json$/su;

/** What Python's `isalnum()` accepts: letters, decimal and other digits, numbers. */
const ALPHANUMERIC = /^[\p{L}\p{Nd}\p{Nl}\p{No}]$/u;

/** The part of a progress file's name that stands for the user; '' for everybody's file, null for other files. */
export function nameOfProgressFile(file: string): string | null {
  const match = PROGRESS_FILE.exec(file);
  return match ? (match[1] ?? '') : null;
}

const kept = (character: string) => ALPHANUMERIC.test(character) || character === '-' || character === '_';

/** How the older back end writes a user's id into the name of a progress file: other characters become `_`. */
export function safeId(userId: string): string {
  return [...userId].map((character) => (kept(character) ? character : '_')).join('');
}

/** How it writes the id into the name of a workspace: other characters are left out. */
export function strippedId(userId: string): string {
  return [...userId].filter(kept).join('');
}

/** Whether a name can only be the id itself: ids of Clerk pass unchanged. */
export function isItsOwnId(name: string): boolean {
  return /^user_[A-Za-z0-9]+$/.test(name);
}
