import { Module } from '@nestjs/common';
import { JwtAuthGuard } from './auth.guard.js';
import { JwtStrategy } from './jwt.strategy.js';
import { TokenVerifier } from './token-verifier.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Who is calling: one bearer token, one user. The guard is bound to the application in `configureApp()`. */
@Module({
  providers: [VerifiedTokens, TokenVerifier, JwtStrategy, JwtAuthGuard],
  exports: [JwtAuthGuard, TokenVerifier],
})
export class AuthModule {}
