import { Body, Controller, Delete, Get, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser } from '../../ground/auth/auth.guard.js';
import type { User } from '../../ground/auth/user.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { RequestTerms } from '../progress/request-terms.js';
import type { Terms } from '../flow/terms.js';
import { Answers, ApiProblems, ApiTooManyRequests, HeedsPrecondition } from '../../ground/http/open-api.js';
import { Ok, PREFIX } from '../../ground/http/route.js';
import { getProvider } from '../../ground/providers/providers.js';
import { Secret } from '../../ground/secrets/secret.js';
import { ApiKeyManager } from './api-key-manager.service.js';
import {
  ApiKeysView,
  CheckKeyDto,
  EnhancedValidationView,
  KeyCheckView,
  KeyDeletedView,
  KeySavedView,
  KeysValidationView,
  SaveKeyDto,
  ValidationResultView,
} from './api-keys.contract.js';
import { viewCheck, viewKeys, viewValidation } from './api-keys.views.js';
import { KeyValidation } from './key-validation.service.js';
import { KeyChecksLimit, KeySavesLimit } from './rate-limits.js';

@Controller(PREFIX)
@ApiTags('API keys')
@ApiBearerAuth()
@ApiExtraModels(ValidationResultView)
@ApiProblems(401, 503)
export class ApiKeysController {
  constructor(
    private readonly keys: ApiKeyManager,
    private readonly database: OnboardingDatabaseService,
    private readonly validation: KeyValidation,
  ) {}

  @Get('api-keys')
  @ApiOperation({ summary: 'The user’s keys, masked' })
  @Answers(ApiKeysView)
  async list(@CurrentUser() user: User) {
    return viewKeys(await this.keys.list(user.id));
  }

  @Get('api-keys/onboarding')
  @ApiOperation({ summary: 'The user’s keys, masked, for the first page of the wizard' })
  @Answers(ApiKeysView)
  async listForOnboarding(@CurrentUser() user: User) {
    return viewKeys(await this.keys.list(user.id));
  }

  @Post('api-keys')
  @Ok()
  @UseGuards(KeySavesLimit)
  @ApiOperation({ summary: 'Saves a key; the first one of an AI provider completes step 1' })
  @Answers(KeySavedView)
  @HeedsPrecondition()
  @ApiProblems(400, 404, 413, 415)
  @ApiTooManyRequests()
  async save(@CurrentUser() user: User, @Body() body: SaveKeyDto, @RequestTerms() terms: Terms): Promise<KeySavedView> {
    const { id } = getProvider(body.provider);
    const warnings = await this.keys.save(user.id, id, new Secret(body.api_key), body.description ?? null, terms);
    const message = `API key for ${id} saved successfully`;
    return { message, provider: id, status: 'saved', ...(warnings.length > 0 ? { warnings: [...warnings] } : {}) };
  }

  @Delete('api-keys/:provider')
  @ApiOperation({ summary: 'Deletes the user’s key of a provider' })
  @Answers(KeyDeletedView)
  @HeedsPrecondition()
  @ApiProblems(400, 404, 413, 415)
  async remove(
    @CurrentUser() user: User,
    @Param('provider') provider: string,
    @RequestTerms() terms: Terms,
  ): Promise<KeyDeletedView> {
    const { id } = getProvider(provider);
    await this.keys.remove(user.id, id, terms);
    return { message: `API key for ${id} deleted`, provider: id, status: 'deleted' };
  }

  @Get('api-keys/validate')
  @ApiOperation({ summary: 'The result of the last check of each key; asks no provider' })
  @Answers(KeysValidationView)
  async lastValidation(@CurrentUser() user: User) {
    return viewValidation(this.keys.states(user.id, await this.database.sealedKeys(user.id)));
  }

  @Post('api-keys/validate')
  @Ok()
  @UseGuards(KeyChecksLimit)
  @ApiOperation({ summary: 'Checks the user’s keys with their providers now' })
  @Answers(KeysValidationView)
  @ApiProblems(400, 413, 415)
  @ApiTooManyRequests()
  async validate(@CurrentUser() user: User) {
    return viewValidation(await this.keys.verifyAll(user.id));
  }

  @Post('providers/:provider/validate')
  @Ok()
  @UseGuards(KeyChecksLimit)
  @ApiOperation({ summary: 'Checks a key with its provider without saving it' })
  @Answers(KeyCheckView)
  @ApiProblems(400, 404, 413, 415)
  @ApiTooManyRequests()
  async check(@CurrentUser() user: User, @Param('provider') name: string, @Body() { api_key }: CheckKeyDto) {
    const provider = getProvider(name);
    const { verification, message } = await this.keys.verify(user.id, provider.id, new Secret(api_key));
    return viewCheck(provider, verification, message);
  }

  @Get('validation/enhanced')
  @ApiOperation({ summary: 'Which parts of the set-up are complete' })
  @Answers(EnhancedValidationView)
  enhanced(@CurrentUser() user: User) {
    return this.validation.enhanced(user.id);
  }
}
