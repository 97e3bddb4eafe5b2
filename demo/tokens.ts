/** Seconds that a token is good for. */
const LIFETIME = 3600;

/** Milliseconds before its end from which a token is not used any more. */
const MARGIN = 60_000;

/** The service makes no tokens: somebody has to paste one. */
export class TokensElsewhere extends Error {
  constructor() {
    super('Another service issues the tokens. Paste one of this user’s to go on.');
  }
}

/** The development tokens of one user, kept in memory alone. */
export class Tokens {
  readonly #user: string;
  #token: string | null = null;
  #until = 0;
  #isPasted = false;

  constructor(user: string) {
    this.#user = user;
  }

  /** Whether the token is another service's, which this page cannot renew. */
  get isPasted(): boolean {
    return this.#isPasted;
  }

  /** A token that is good for a while. @throws TokensElsewhere */
  async get(): Promise<string> {
    if (this.#token !== null && Date.now() < this.#until - MARGIN) return this.#token;
    const response = await fetch('/demo/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: this.#user, expires: LIFETIME }),
    });
    if (response.status === 404) throw new TokensElsewhere();
    const body = (await response.json()) as { token: string; expires_at: string; detail?: string };
    if (!response.ok) throw new Error(body.detail ?? `The service gave no token (${response.status}).`);
    this.#until = Date.parse(body.expires_at);
    this.#token = body.token;
    return this.#token;
  }

  /** Uses a token of another service's from now on; the service says whether it is good. */
  paste(token: string): void {
    this.#token = token.trim();
    this.#until = Infinity;
    this.#isPasted = true;
  }
}
