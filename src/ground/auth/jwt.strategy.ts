import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import passport from 'passport';
import { Strategy } from 'passport-jwt';
import { TokenVerifier } from './token-verifier.js';

/**
 * The token of `Authorization: Bearer …`, the scheme in any case (RFC 9110, 11.1). Anchored at both ends, since passport-jwt's own
 * expression takes a tenth of a second over a long header without a space.
 */
export const tokenOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string | null =>
  /^bearer +([\w.~+/-]+=*)$/i.exec(headers.authorization ?? '')?.[1] ?? null;

/** passport-jwt, but jose verifies: it supports EdDSA and key sets, which passport-jwt's own library does not. */
@Injectable()
export class JwtStrategy extends Strategy {
  /** Passport's registry is global to the process: a unique name keeps applications in one process apart. */
  override readonly name = `onboarding-jwt-${randomUUID()}`;

  // No #private field: Passport runs each request on an object that inherits from this one.
  constructor(private readonly verifier: TokenVerifier) {
    super({ jwtFromRequest: tokenOf, secretOrKeyProvider: (_request, _token, done) => done(null) }, (claims, done) =>
      done(null, claims),
    );
    passport.use(this);
  }

  override authenticate(request: Parameters<typeof tokenOf>[0]): void {
    const token = tokenOf(request);
    if (!token) return this.fail(401);
    this.verifier.verify(token).then(
      (user) => {
        if (user) this.success(user);
        else this.fail(401);
      },
      (error: unknown) => this.error(error as Error),
    );
  }
}
