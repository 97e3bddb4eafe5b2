import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public } from '../../ground/auth/auth.guard.js';
import { Answers, ApiProblems } from '../../ground/http/open-api.js';
import { PREFIX } from '../../ground/http/route.js';
import { OnboardingProgressService } from './onboarding-progress.service.js';
import type { Terms } from '../flow/terms.js';
import { ConfigView } from './progress.contract.js';
import { HeedsFlow, RequestTerms } from './request-terms.js';

/** The steps and what they require: public, and without the database. */
@Controller(PREFIX)
@Public()
@ApiTags('Progress')
@ApiProblems(400, 503)
@HeedsFlow()
export class OnboardingConfigController {
  constructor(private readonly progress: OnboardingProgressService) {}

  @Get('config')
  @ApiOperation({ summary: 'The steps of onboarding, and how many API keys it requires', security: [] })
  @Answers(ConfigView)
  config(@RequestTerms() terms: Terms) {
    return this.progress.config(terms);
  }
}
