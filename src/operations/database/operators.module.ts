import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { Configuration, ConfigurationError } from '../../ground/config/configuration.js';
import { OperatorDatabase } from './operator-database.js';
import { readerPool, writerPool } from './operator-pool.js';

/** The operators' own way into PostgreSQL. It opens no connection before the first is needed. */
@Module({
  providers: [
    {
      provide: OperatorDatabase,
      inject: [Configuration],
      useFactory: ({ DATABASE_OPERATOR_URL: url, DATABASE_TIMEOUT_MS: timeoutMs }: Configuration) => {
        if (!url) throw new ConfigurationError(['DATABASE_OPERATOR_URL must be set']);
        return new OperatorDatabase(readerPool({ url, timeoutMs }), writerPool({ url, timeoutMs }));
      },
    },
  ],
  exports: [OperatorDatabase],
})
export class OperatorsModule implements OnApplicationShutdown {
  constructor(private readonly database: OperatorDatabase) {}

  /** Jobs are stopped before that. */
  async onApplicationShutdown(): Promise<void> {
    await this.database.end();
  }
}
