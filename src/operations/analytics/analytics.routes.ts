import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequiresScope } from '../../ground/auth/auth.guard.js';
import { ApiProblems } from '../../ground/http/open-api.js';
import { PREFIX } from '../../ground/http/route.js';
import {
  ActivityView,
  AnswersOrTable,
  CohortsQueryDto,
  CohortsView,
  FlowQueryDto,
  FunnelQueryDto,
  FunnelView,
  PeriodQueryDto,
  StuckView,
} from './analytics.contract.js';
import { activityTable, cohortsTable, funnelTable, stuckTable } from './analytics-tables.js';
import { Analytics } from './analytics.service.js';
import { periodOf } from './period.js';
import { viewOrTable } from './table-answers.js';

/** Numbers about all users, without the id of any. */
@Controller(`${PREFIX}/analytics`)
@RequiresScope('onboarding:analytics')
@ApiTags('Numbers')
@ApiBearerAuth()
@ApiProblems(400, 401, 404, 503)
export class AnalyticsController {
  constructor(private readonly analytics: Analytics) {}

  @Get('funnel')
  @ApiOperation({ summary: 'How far users get who started in a period, and how long they take' })
  @AnswersOrTable(FunnelView)
  funnel(@Query() query: FunnelQueryDto, @Res({ passthrough: true }) reply: FastifyReply) {
    const { flow = null, by = 'none', window_days: days } = query;
    const asked = { ...periodOf(query), flow, by, windowDays: days === undefined ? null : Number(days) };
    return viewOrTable(reply, this.analytics.funnel(asked), funnelTable);
  }

  @Get('cohorts')
  @ApiOperation({ summary: 'How many users had completed onboarding so many days, weeks or months after they started' })
  @AnswersOrTable(CohortsView)
  cohorts(@Query() query: CohortsQueryDto, @Res({ passthrough: true }) reply: FastifyReply) {
    const { flow = null, unit = 'week' } = query;
    const period = periodOf(query);
    return viewOrTable(reply, this.analytics.cohorts(period, flow, unit), (view) => cohortsTable(view, period));
  }

  @Get('activity')
  @ApiOperation({ summary: 'What happened on each day of a period' })
  @AnswersOrTable(ActivityView)
  activity(@Query() query: PeriodQueryDto, @Res({ passthrough: true }) reply: FastifyReply) {
    const period = periodOf(query);
    return viewOrTable(reply, this.analytics.activity(period), (view) => activityTable(view, period));
  }

  @Get('stuck')
  @ApiOperation({ summary: 'At which step users are now, and how long nothing has happened' })
  @AnswersOrTable(StuckView)
  stuck(@Query() { flow }: FlowQueryDto, @Res({ passthrough: true }) reply: FastifyReply) {
    return viewOrTable(reply, this.analytics.stuck(flow ?? null), stuckTable);
  }
}
