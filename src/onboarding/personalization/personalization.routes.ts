import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentUser } from '../../ground/auth/auth.guard.js';
import type { User } from '../../ground/auth/user.js';
import { Answers, ApiProblems } from '../../ground/http/open-api.js';
import { PREFIX } from '../../ground/http/route.js';
import { OnboardingDataService } from './onboarding-data.service.js';
import { AiInputsQueryDto, AiInputsView, SummaryView } from './personalization.contract.js';

@Controller(PREFIX)
@ApiTags('Personalisation')
@ApiBearerAuth()
@ApiExtraModels(AiInputsView)
@ApiProblems(401, 503)
export class PersonalizationController {
  constructor(private readonly data: OnboardingDataService) {}

  @Get('ai-inputs')
  @ApiOperation({ summary: 'The user’s AI inputs, as JSON or as a text for a system prompt' })
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
  @ApiOperation({ summary: 'A summary of the saved data, and which features the user can use with them' })
  @Answers(SummaryView)
  summary(@CurrentUser() user: User) {
    return this.data.getSummary(user.id);
  }
}
