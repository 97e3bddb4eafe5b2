import { Module } from '@nestjs/common';
import { Vault } from './vault.js';

/** Seals users' secrets. */
@Module({ providers: [Vault], exports: [Vault] })
export class VaultModule {}
