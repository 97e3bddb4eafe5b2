import { Problem } from '../../ground/problems/problem.js';

/** Another service signs the tokens: this one has no secret to sign with. */
export class NoTokens extends Problem {
  readonly status = 404;
  readonly title = 'No tokens here';
  constructor() {
    super('Another service issues the tokens (AUTH_JWKS_URL or AUTH_JWT_PUBLIC_KEY is set): get one there.');
  }
}
