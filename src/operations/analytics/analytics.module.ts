import { Module } from '@nestjs/common';
import { Deployment } from '../../onboarding/progress/deployment.js';
import { ProgressModule } from '../../onboarding/progress/progress.module.js';
import { JobQueue } from '../../storage/jobs/job-queue.js';
import { JobsModule } from '../../storage/jobs/jobs.module.js';
import { OperatorDatabase } from '../database/operator-database.js';
import { OperatorsModule } from '../database/operators.module.js';
import { AnalyticsDriver } from './analytics-driver.js';
import { AnalyticsReads } from './analytics-reads.js';
import { AnalyticsRefresh } from './analytics-refresh.js';
import { AnalyticsController } from './analytics.routes.js';
import { Analytics } from './analytics.service.js';
import { AnalyticsWatch } from './analytics-watch.js';
import { basisOf } from './basis.js';

/** Numbers about all users: how many start, where they drop off, how long they take. */
@Module({
  imports: [OperatorsModule, JobsModule, ProgressModule],
  controllers: [AnalyticsController],
  providers: [
    Analytics,
    AnalyticsWatch,
    {
      provide: AnalyticsReads,
      inject: [OperatorDatabase],
      useFactory: (database: OperatorDatabase) => new AnalyticsReads(database),
    },
    {
      provide: AnalyticsDriver,
      inject: [OperatorDatabase, Deployment, JobQueue],
      useFactory: (database: OperatorDatabase, { wizard, finishedSteps }: Deployment, jobs: JobQueue) => {
        const driver = new AnalyticsDriver(new AnalyticsRefresh(database, basisOf(wizard, finishedSteps)));
        jobs.keepRunning('analytics', (signal) => driver.drive(signal));
        return driver;
      },
    },
  ],
  exports: [Analytics, AnalyticsDriver],
})
export class AnalyticsModule {}
