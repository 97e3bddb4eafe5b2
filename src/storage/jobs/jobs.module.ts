import { Module } from '@nestjs/common';
import { Configuration, ConfigurationError } from '../../ground/config/configuration.js';
import { JobQueue } from './job-queue.js';

/** Background work, for applications with DATABASE_OPERATOR_URL. */
@Module({
  providers: [
    {
      provide: JobQueue,
      inject: [Configuration],
      useFactory: ({ DATABASE_OPERATOR_URL: url, JOBS: works }: Configuration) => {
        if (!url) throw new ConfigurationError(['DATABASE_OPERATOR_URL must be set']);
        return new JobQueue(url, works);
      },
    },
  ],
  exports: [JobQueue],
})
export class JobsModule {}
