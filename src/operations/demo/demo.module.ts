import { Module, type DynamicModule } from '@nestjs/common';
import { DemoFiles } from './demo-files.js';
import { DemoTokens } from './demo-tokens.service.js';
import { DemoController } from './demo.routes.js';

/** The page `/demo`: one user's steps, live, and what the API can do with them. */
@Module({ controllers: [DemoController], providers: [DemoTokens] })
export class DemoModule {
  /** @param folder of the built page */
  static forRoot(folder: string): DynamicModule {
    return { module: DemoModule, providers: [{ provide: DemoFiles, useValue: new DemoFiles(folder) }] };
  }
}
