import { Inject, Module, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { MikroORM } from '@mikro-orm/postgresql';
import { Configuration, ConfigurationError } from '../../ground/config/configuration.js';
import { DatabaseProbe } from '../../ground/health/database-probe.js';
import { LargeAnswers } from '../../ground/http/large-answers.js';
import { VaultModule } from '../../storage/vault/vault.module.js';
import { Connections } from '../../storage/wire/connections.js';
import { KeyStore } from './key-store.js';
import { OnboardingDatabaseService } from './onboarding-database.service.js';
import { answerTimeoutOf, ormOptions } from '../../storage/postgres/orm-options.js';
import { UserDatabase } from './user-database.js';

/** PostgreSQL through MikroORM, one user at a time. */
@Module({
  imports: [VaultModule],
  providers: [
    {
      provide: MikroORM,
      inject: [Configuration],
      useFactory: ({
        DATABASE_URL: url,
        DATABASE_POOL_SIZE: poolSize,
        DATABASE_TIMEOUT_MS: timeoutMs,
      }: Configuration) => {
        if (!url) throw new ConfigurationError(['DATABASE_URL must be set']);
        return new MikroORM(ormOptions({ url, poolSize, timeoutMs, isWatched: true }));
      },
    },
    {
      provide: UserDatabase,
      inject: [MikroORM, Configuration],
      useFactory: async (
        orm: MikroORM,
        { WIZARD_FLOW: wizard, DOCUMENT_VERSIONS: documentVersions, DATABASE_TIMEOUT_MS: timeoutMs }: Configuration,
      ) => {
        const pool = await orm.em.getConnection().getNativeClient();
        return new UserDatabase(new Connections(pool, answerTimeoutOf(timeoutMs)), { wizard, documentVersions });
      },
    },
    { provide: DatabaseProbe, useExisting: UserDatabase satisfies Type<DatabaseProbe> },
    {
      provide: LargeAnswers,
      inject: [Configuration],
      useFactory: ({ DATABASE_TIMEOUT_MS }: Configuration) => new LargeAnswers(DATABASE_TIMEOUT_MS),
    },
    KeyStore,
    OnboardingDatabaseService,
  ],
  exports: [OnboardingDatabaseService, UserDatabase, DatabaseProbe, KeyStore, LargeAnswers],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(MikroORM) private readonly orm: MikroORM) {}

  async onApplicationShutdown(): Promise<void> {
    await this.orm.close(true);
  }
}
