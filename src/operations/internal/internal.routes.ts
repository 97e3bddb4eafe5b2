import { Controller, Get, Param } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser, RequiresScope } from '../../ground/auth/auth.guard.js';
import type { User } from '../../ground/auth/user.js';
import { Answers, ApiProblems } from '../../ground/http/open-api.js';
import { PREFIX } from '../../ground/http/route.js';
import { OnboardingDataService } from '../../onboarding/personalization/onboarding-data.service.js';
import { AiInputsView, CanonicalProfileView } from '../../onboarding/personalization/personalization.contract.js';
import { OnboardingProgressService } from '../../onboarding/progress/onboarding-progress.service.js';
import { StatusView } from '../../onboarding/progress/progress.contract.js';
import { AuditedReads } from './audited-reads.service.js';
import { LentKeyView } from './internal.contract.js';
import { KeyLending } from './key-lending.service.js';

/** Routes for back-end services: the token is the service's and has a scope, the user is in the path. */
const OF_USER = `${PREFIX}/internal/users/:userId`;

@Controller(OF_USER)
@RequiresScope('onboarding:read')
@ApiTags('Personalisation')
@ApiBearerAuth()
@ApiProblems(401, 404, 503)
export class InternalReadsController {
  constructor(
    private readonly audited: AuditedReads,
    private readonly data: OnboardingDataService,
    private readonly progress: OnboardingProgressService,
  ) {}

  @Get('ai-inputs')
  @ApiOperation({ summary: 'A user’s AI inputs, for services with the scope onboarding:read; recorded' })
  @Answers(AiInputsView)
  aiInputs(@CurrentUser() service: User, @Param('userId') userId: string) {
    return this.audited.read(service, userId, 'ai-inputs', (id) => this.data.getPersonalizedAiInputs(id));
  }

  @Get('status')
  @ApiOperation({ summary: 'A user’s progress, for services with the scope onboarding:read; recorded' })
  @Answers(StatusView)
  status(@CurrentUser() service: User, @Param('userId') userId: string) {
    return this.audited.read(service, userId, 'status', (id) => this.progress.getOnboardingStatus(id));
  }

  @Get('profile')
  @ApiOperation({ summary: 'A user’s canonical profile, for services with the scope onboarding:read; recorded' })
  @Answers(CanonicalProfileView)
  profile(@CurrentUser() service: User, @Param('userId') userId: string) {
    return this.audited.read(service, userId, 'profile', (id) => this.data.getCanonicalProfile(id));
  }
}

@Controller(OF_USER)
@RequiresScope('keys:use')
@ApiTags('API keys')
@ApiBearerAuth()
@ApiProblems(401, 404, 503)
export class KeyLendingController {
  constructor(private readonly lending: KeyLending) {}

  @Get('api-keys/:provider')
  @ApiOperation({ summary: 'A user’s key of a provider, for services with the scope keys:use; recorded' })
  @Answers(LentKeyView)
  lend(@CurrentUser() service: User, @Param('userId') userId: string, @Param('provider') provider: string) {
    return this.lending.lend(service, userId, provider);
  }
}
