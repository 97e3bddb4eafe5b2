import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentUser } from '../../ground/auth/auth.guard.js';
import type { User } from '../../ground/auth/user.js';
import { Answers, AnswersTagged, ApiProblems, HeedsPrecondition } from '../../ground/http/open-api.js';
import { Ok, PREFIX } from '../../ground/http/route.js';
import type { Terms } from '../flow/terms.js';
import { HeedsFlow, RequestTerms } from '../progress/request-terms.js';
import {
  ApiGone,
  HistoryQueryDto,
  HistoryView,
  RestoredView,
  RestoreDto,
  revisionNumber,
  RevisionView,
} from './history.contract.js';
import { OnboardingHistory } from './history.service.js';
import { RevisionPipe } from './revision.pipe.js';

@Controller(PREFIX)
@ApiTags('History')
@ApiBearerAuth()
@ApiProblems(400, 401, 503)
@HeedsFlow()
export class HistoryController {
  constructor(private readonly history: OnboardingHistory) {}

  @Get('history')
  @ApiOperation({ summary: 'What happened to the onboarding, the latest first' })
  @AnswersTagged(HistoryView)
  list(@CurrentUser() user: User, @Query() { limit, before }: HistoryQueryDto, @RequestTerms() terms: Terms) {
    return this.history.list(user.id, { limit: numberFrom(limit), before: numberFrom(before), ...terms });
  }

  @Get('history/:revision')
  @ApiOperation({ summary: 'The progress and the saved data as they were after an event' })
  @ApiParam({ name: 'revision', schema: revisionNumber })
  @Answers(RevisionView)
  @ApiProblems(404)
  @ApiGone()
  at(@CurrentUser() user: User, @Param('revision', RevisionPipe) revision: number, @RequestTerms() terms: Terms) {
    return this.history.at(user.id, revision, terms);
  }

  @Post('restore')
  @Ok()
  @ApiOperation({ summary: 'Brings back the progress, the saved data, or both, as they were after an event' })
  @Answers(RestoredView)
  @HeedsPrecondition()
  @ApiProblems(404, 413, 415)
  @ApiGone()
  restore(@CurrentUser() user: User, @Body() body: RestoreDto, @RequestTerms() terms: Terms) {
    const { revision, what, steps, dry_run: dryRun } = body;
    return this.history.restore(user.id, { revision, what, steps, dryRun, ...terms });
  }
}

const numberFrom = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
