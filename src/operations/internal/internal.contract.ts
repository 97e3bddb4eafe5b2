import { ApiProperty } from '@nestjs/swagger';
import type { UsableKey } from '../../onboarding/api-keys/api-key-manager.service.js';

/** A key in plain text, for the service that asked for it. */
export class LentKeyView {
  @ApiProperty({ description: 'The name of the provider' }) provider!: string;
  @ApiProperty({ description: 'The key in plain text' }) api_key!: string;
  @ApiProperty({ enum: ['user', 'deployment'], description: 'deployment: the user has no key of this provider' })
  source!: UsableKey['source'];
}
