const KEY = 'onboarding-demo-users';

/** Most names that a tab remembers. */
const MOST = 8;

const FIRST = 'alice';

/** The users that this tab has opened, the latest first; the browser forgets them with the tab. */
export function recentUsers(): readonly string[] {
  try {
    const names: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? '[]');
    return Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

/** Also as the page's address, so that it can be opened in a second window. */
export function rememberUser(user: string): void {
  history.replaceState(null, '', `#${encodeURIComponent(user)}`);
  const names = [user, ...recentUsers().filter((name) => name !== user)].slice(0, MOST);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(names));
  } catch {
    // The browser keeps nothing for this page: it does without.
  }
}

/** Whom the page opens with: the user of its address (`/demo#bob`), otherwise the latest one. */
export function userOfStart(): string {
  return userOfAddress() ?? recentUsers()[0] ?? FIRST;
}

export function userOfAddress(): string | null {
  try {
    return decodeURIComponent(location.hash.slice(1)) || null;
  } catch {
    return null;
  }
}
