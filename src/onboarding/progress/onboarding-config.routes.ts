import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../ground/auth/auth.guard.js';
import { Answers, ApiProblems } from '../../ground/http/open-api.js';
import { PREFIX } from '../../ground/http/route.js';
import { OnboardingProgressService } from './onboarding-progress.service.js';
import { ConfigView } from './progress.contract.js';

/** The steps and what they require: public, and without the database. */
@Controller(PREFIX)
@Public()
@ApiTags('Progress')
@ApiProblems(503)
export class OnboardingConfigController {
  constructor(private readonly progress: OnboardingProgressService) {}

  @Get('config')
  @ApiOperation({ summary: 'The steps of onboarding, and how many API keys it requires', security: [] })
  @Answers(ConfigView)
  config() {
    return this.progress.config();
  }
}
