import { Inject, Module, type OnApplicationShutdown, type Type } from '@nestjs/common';
import { MikroORM } from '@mikro-orm/postgresql';
import { Configuration, ConfigurationError } from '../../ground/config/configuration.js';
import { DatabaseProbe } from '../../ground/health/database-probe.js';
import { LargeAnswers } from '../../ground/http/large-answers.js';
import { VaultModule } from '../../storage/vault/vault.module.js';
import { Connections } from '../../storage/wire/connections.js';
import { ChangeHints } from './change-hints.js';
import { KeyStore } from './key-store.js';
import { OnboardingDatabaseService } from './onboarding-database.service.js';
import { answerTimeoutOf, listenOptions, ormOptions } from '../../storage/postgres/orm-options.js';
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
      useFactory: async (orm: MikroORM, configuration: Configuration) => {
        const {
          WIZARD_FLOW: wizard,
          DOCUMENT_VERSIONS: documentVersions,
          DATABASE_TIMEOUT_MS: timeoutMs,
        } = configuration;
        const { DATABASE_URL = '', DATABASE_LISTEN_URL = DATABASE_URL } = configuration;
        const pool = await orm.em.getConnection().getNativeClient();
        const connections = new Connections(pool, answerTimeoutOf(timeoutMs));
        const hints = new ChangeHints(connections, listenOptions(DATABASE_LISTEN_URL, timeoutMs));
        return new UserDatabase(connections, { wizard, documentVersions }, hints);
      },
    },
    // An application that replaces the database has no hints either.
    { provide: ChangeHints, inject: [UserDatabase], useFactory: ({ hints }: UserDatabase) => hints },
    { provide: DatabaseProbe, useExisting: UserDatabase satisfies Type<DatabaseProbe> },
    {
      provide: LargeAnswers,
      inject: [Configuration],
      useFactory: ({ DATABASE_TIMEOUT_MS }: Configuration) => new LargeAnswers(DATABASE_TIMEOUT_MS),
    },
    KeyStore,
    OnboardingDatabaseService,
  ],
  exports: [OnboardingDatabaseService, UserDatabase, ChangeHints, DatabaseProbe, KeyStore, LargeAnswers],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(MikroORM) private readonly orm: MikroORM) {}

  async onApplicationShutdown(): Promise<void> {
    await this.orm.close(true);
  }
}
