import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser, RequiresScope } from '../../ground/auth/auth.guard.js';
import type { User } from '../../ground/auth/user.js';
import { Answers, ApiProblems } from '../../ground/http/open-api.js';
import { PREFIX } from '../../ground/http/route.js';
import { StatusView } from '../progress/progress.contract.js';
import { OnboardingProgressService } from '../progress/onboarding-progress.service.js';
import { AuditedReads } from '../../operations/internal/audited-reads.service.js';
import { OnboardingDataService } from './onboarding-data.service.js';
import { AiInputsQueryDto, AiInputsView, CanonicalProfileView, SummaryView } from './personalization.contract.js';

@Controller(PREFIX)
@ApiTags('Personalisation')
@ApiBearerAuth()
@ApiExtraModels(AiInputsView)
@ApiProblems(401, 503)
export class PersonalizationController {
  constructor(
    private readonly data: OnboardingDataService,
    private readonly progress: OnboardingProgressService,
    private readonly audited: AuditedReads,
  ) {}

  @Get('ai-inputs')
  @ApiOperation({ summary: 'What AI features are to know of the user; as JSON, or as a text for a system prompt' })
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: getSchemaPath(AiInputsView) } },
      'text/plain': { schema: { type: 'string' } },
    },
  })
  @ApiProblems(400)
  aiInputs(
    @CurrentUser() user: User,
    @Query() { format, max_tokens }: AiInputsQueryDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AiInputsView | string> {
    if (format !== 'prompt') return this.data.getPersonalizedAiInputs(user.id);
    void reply.header('content-type', 'text/plain; charset=utf-8');
    return this.data.getPersonalizedPrompt(user.id, max_tokens === undefined ? undefined : Number(max_tokens));
  }

  @Get('summary')
  @ApiOperation({ summary: 'All that was saved, in short, and what can be done with it' })
  @Answers(SummaryView)
  summary(@CurrentUser() user: User) {
    return this.data.getSummary(user.id);
  }

  @Get('internal/users/:userId/ai-inputs')
  @RequiresScope('onboarding:read')
  @ApiOperation({ summary: 'A user’s AI inputs, for services with the scope onboarding:read; recorded' })
  @Answers(AiInputsView)
  @ApiProblems(404)
  aiInputsOf(@CurrentUser() service: User, @Param('userId') userId: string) {
    return this.audited.read(service, userId, 'ai-inputs', (id) => this.data.getPersonalizedAiInputs(id));
  }

  @Get('internal/users/:userId/status')
  @RequiresScope('onboarding:read')
  @ApiOperation({ summary: 'Where a user stands, for services with the scope onboarding:read; recorded' })
  @Answers(StatusView)
  @ApiProblems(404)
  statusOf(@CurrentUser() service: User, @Param('userId') userId: string) {
    return this.audited.read(service, userId, 'status', (id) => this.progress.getOnboardingStatus(id));
  }

  @Get('internal/users/:userId/profile')
  @RequiresScope('onboarding:read')
  @ApiOperation({ summary: 'A user’s canonical profile, for services with the scope onboarding:read; recorded' })
  @Answers(CanonicalProfileView)
  @ApiProblems(404)
  profileOf(@CurrentUser() service: User, @Param('userId') userId: string) {
    return this.audited.read(service, userId, 'profile', (id) => this.data.getCanonicalProfile(id));
  }
}
