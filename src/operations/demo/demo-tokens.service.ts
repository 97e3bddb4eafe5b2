import { Injectable } from '@nestjs/common';
import { developmentToken } from '../../ground/auth/development-token.js';
import { Configuration } from '../../ground/config/configuration.js';
import { LONGEST, type DemoTokenDto, type DemoTokenView } from './demo.contract.js';
import { NoTokens } from './demo.problems.js';

/** Development tokens for the page. */
@Injectable()
export class DemoTokens {
  constructor(private readonly configuration: Configuration) {}

  /** @throws NoTokens where another service issues them */
  async issue({ user, expires }: DemoTokenDto): Promise<DemoTokenView> {
    if (!this.configuration.AUTH_JWT_SECRET) throw new NoTokens();
    const expiresAt = Math.floor(Date.now() / 1000) + (expires ?? LONGEST);
    const token = await developmentToken(this.configuration, user, { expiresAt });
    return { token, expires_at: new Date(expiresAt * 1000).toISOString() };
  }
}
