import { Body, Controller, Get, Injectable, Module, Param, Post, type DynamicModule } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import { ApiKeyManager } from '../../src/onboarding/api-keys/api-key-manager.service.js';
import { OnboardingDatabaseService } from '../../src/onboarding/database/onboarding-database.service.js';
import { OnboardingModule } from '../../src/onboarding.module.js';
import { OnboardingDataService } from '../../src/onboarding/personalization/onboarding-data.service.js';
import { OnboardingProgressService } from '../../src/onboarding/progress/onboarding-progress.service.js';

/** A feature of another application, which writes articles for its users from what onboarding knows of them. */
@Injectable()
export class ArticleBriefs {
  constructor(
    readonly progress: OnboardingProgressService,
    readonly data: OnboardingDataService,
    readonly keys: ApiKeyManager,
    readonly database: OnboardingDatabaseService,
  ) {}

  /** The caller has made sure who the user is: every method takes the user first. */
  async brief(userId: string) {
    const { current_step } = await this.progress.getOnboardingStatus(userId);
    const { website_analysis } = await this.data.getPersonalizedAiInputs(userId);
    return {
      current_step,
      writing_style: website_analysis.writing_style,
      has_key: await this.keys.has(userId, 'openai'),
      website_url: (await this.database.getWebsiteAnalysis(userId))?.['website_url'] ?? null,
    };
  }
}

export class NewArticle {
  @IsString() @MaxLength(100) title!: string;
}

@Controller('articles')
export class ArticlesController {
  constructor(private readonly briefs: ArticleBriefs) {}

  @Get(':userId/brief')
  brief(@Param('userId') userId: string) {
    return this.briefs.brief(userId);
  }

  @Post()
  create(@Body() article: NewArticle) {
    return { title: article.title, kind: article.constructor.name };
  }
}

@Module({})
export class HostModule {
  /** @param onboarding at least DATABASE_URL and API_KEY_ENCRYPTION_KEYS */
  static forRoot(onboarding: Readonly<Record<string, string>>): DynamicModule {
    return {
      module: HostModule,
      imports: [OnboardingModule.forRoot(onboarding)],
      controllers: [ArticlesController],
      providers: [ArticleBriefs],
      exports: [ArticleBriefs],
    };
  }
}
