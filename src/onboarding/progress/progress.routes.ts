import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentUser } from '../../ground/auth/auth.guard.js';
import type { User } from '../../ground/auth/user.js';
import { Direct } from '../../ground/http/direct.js';
import { Answers, AnswersTagged, ApiProblems, HeedsPrecondition } from '../../ground/http/open-api.js';
import { LargeBody, Ok, PREFIX } from '../../ground/http/route.js';
import type { Terms } from '../flow/terms.js';
import { OnboardingProgressService } from './onboarding-progress.service.js';
import {
  CompletedView,
  CompleteStepDto,
  InitView,
  ProgressView,
  ResetQueryDto,
  ResetView,
  ResumeView,
  StartView,
  StatusView,
  StepAccessView,
  StepCompletedView,
  StepSkippedView,
  stepNumber,
  StepView,
} from './progress.contract.js';
import { HeedsFlow, RequestTerms } from './request-terms.js';
import { RequirementsView, StepPreviewView } from './requirements.contract.js';
import { StepNumber } from './step-number.js';

const StepParam = () => ApiParam({ name: 'n', schema: stepNumber });

@Controller(PREFIX)
@ApiTags('Progress')
@ApiBearerAuth()
@ApiProblems(400, 401, 503)
@HeedsFlow()
export class ProgressController {
  constructor(private readonly progress: OnboardingProgressService) {}

  @Get('init')
  @Direct()
  @ApiOperation({ summary: 'What the wizard needs when it opens: the user, the progress and all saved data' })
  @AnswersTagged(InitView)
  init(@CurrentUser() user: User, @RequestTerms() terms: Terms) {
    return this.progress.init(user, terms);
  }

  @Get('status')
  @Direct()
  @ApiOperation({ summary: 'The progress of the user: percentage, current step and next step' })
  @AnswersTagged(StatusView)
  status(@CurrentUser() user: User, @RequestTerms() terms: Terms) {
    return this.progress.getOnboardingStatus(user.id, terms);
  }

  @Get('progress')
  @Direct()
  @ApiOperation({ summary: 'All steps with their saved data' })
  @AnswersTagged(ProgressView)
  steps(@CurrentUser() user: User, @RequestTerms() terms: Terms) {
    return this.progress.getProgress(user.id, terms);
  }

  @Get('step/:n')
  @Direct()
  @ApiOperation({ summary: 'One step with its saved data' })
  @StepParam()
  @AnswersTagged(StepView)
  @ApiProblems(404)
  step(@CurrentUser() user: User, @StepNumber() n: number, @RequestTerms() terms: Terms) {
    return this.progress.getStep(user.id, n, terms);
  }

  @Post('step/:n/complete')
  @Ok()
  @LargeBody()
  @ApiOperation({ summary: 'Saves the data of a step and completes it' })
  @StepParam()
  @Answers(StepCompletedView)
  @HeedsPrecondition()
  @ApiProblems(400, 404, 413, 415)
  complete(
    @CurrentUser() user: User,
    @StepNumber() n: number,
    @Body() body: CompleteStepDto,
    @RequestTerms() terms: Terms,
  ) {
    return this.progress.completeStep(user.id, n, body.data, body.validation_errors ?? [], terms);
  }

  @Post('step/:n/skip')
  @Ok()
  @ApiOperation({ summary: 'Skips an optional step' })
  @StepParam()
  @Answers(StepSkippedView)
  @HeedsPrecondition()
  @ApiProblems(400, 404, 413, 415)
  skip(@CurrentUser() user: User, @StepNumber() n: number, @RequestTerms() terms: Terms) {
    return this.progress.skipStep(user.id, n, terms);
  }

  @Get('requirements')
  @ApiOperation({ summary: 'What is due, why, and which requests clear it' })
  @AnswersTagged(RequirementsView)
  requirements(@CurrentUser() user: User, @RequestTerms() terms: Terms) {
    return this.progress.requirements(user.id, terms);
  }

  @Post('step/:n/validate')
  @Ok()
  @LargeBody()
  @ApiOperation({ summary: 'What completing a step with these data would answer; nothing is stored' })
  @StepParam()
  @Answers(StepPreviewView)
  @ApiProblems(400, 404, 413, 415)
  preview(
    @CurrentUser() user: User,
    @StepNumber() n: number,
    @Body() body: CompleteStepDto,
    @RequestTerms() terms: Terms,
  ) {
    return this.progress.previewStep(user.id, n, body.data, terms);
  }

  @Get('step/:n/validate')
  @ApiOperation({ summary: 'Whether the user can work on a step, and what is missing before it' })
  @StepParam()
  @Answers(StepAccessView)
  @ApiProblems(404)
  validate(@CurrentUser() user: User, @StepNumber() n: number, @RequestTerms() terms: Terms) {
    return this.progress.validateStep(user.id, n, terms);
  }

  @Post('start')
  @Ok()
  @ApiOperation({ summary: 'Starts the onboarding; a started one is returned unchanged' })
  @Answers(StartView)
  @HeedsPrecondition()
  @ApiProblems(400, 413, 415)
  start(@CurrentUser() user: User, @RequestTerms() terms: Terms) {
    return this.progress.start(user.id, terms);
  }

  @Get('resume')
  @ApiOperation({ summary: 'The step at which the user resumes' })
  @Answers(ResumeView)
  resume(@CurrentUser() user: User, @RequestTerms() terms: Terms) {
    return this.progress.resume(user.id, terms);
  }

  @Post('reset')
  @Ok()
  @ApiOperation({ summary: 'Resets the progress; a hard reset deletes all data of the user' })
  @Answers(ResetView)
  @HeedsPrecondition()
  @ApiProblems(400, 413, 415)
  reset(@CurrentUser() user: User, @Query() query: ResetQueryDto, @RequestTerms() terms: Terms) {
    return this.progress.resetOnboarding(user.id, { hard: query.hard === 'true', ...terms });
  }

  @Post('complete')
  @Ok()
  @ApiOperation({ summary: 'Completes the onboarding; optional steps that are unfinished become skipped' })
  @Answers(CompletedView)
  @HeedsPrecondition()
  @ApiProblems(400, 413, 415)
  completeOnboarding(@CurrentUser() user: User, @RequestTerms() terms: Terms) {
    return this.progress.completeOnboarding(user.id, terms);
  }
}
