/** The callers' function for tokens, of which one call is under way at a time. */
export class TokenSource {
  readonly #token: () => Promise<string>;
  #underWay: Promise<string> | undefined;

  constructor(token: () => Promise<string>) {
    this.#token = token;
  }

  fresh(): Promise<string> {
    this.#underWay ??= this.#ask().finally(() => (this.#underWay = undefined));
    return this.#underWay;
  }

  /** What `token` throws at once is a rejection like any other. */
  async #ask(): Promise<string> {
    return this.#token();
  }
}

const LEAD_MS = 30_000;
/** Below this a renewal would come too late, or too often. */
const SHORTEST_MS = 1_000;

/**
 * After how many milliseconds to renew a token: 30 s before it expires, or a tenth of its life where that is less. Undefined when
 * it does not say when it expires, or is as good as expired: then the service says so.
 */
export function renewalDelay(token: string): number | undefined {
  const expiresAt = expiryOf(token);
  if (expiresAt === undefined) return undefined;
  const life = expiresAt - Date.now();
  return life < SHORTEST_MS ? undefined : life - Math.min(LEAD_MS, life / 10);
}

/** The claim `exp` of a JWT in milliseconds. Only the service can verify the token. */
function expiryOf(token: string): number | undefined {
  try {
    const payload = token.split('.')[1] ?? '';
    const { exp } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}
