import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { Metrics } from './metrics.js';

@Module({ providers: [Metrics] })
export class MetricsModule {
  /** @param database the module that exports DatabaseProbe */
  static forRoot(database: Type): DynamicModule {
    return { module: MetricsModule, imports: [database] };
  }
}
