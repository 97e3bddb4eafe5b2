import { Controller, Get, Param } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import { Public } from '../../ground/auth/auth.guard.js';
import { Answers, ApiProblems } from '../../ground/http/open-api.js';
import { PREFIX } from '../../ground/http/route.js';
import { getProvider } from '../../ground/providers/providers.js';
import { ProviderSetupView, ProviderView } from './api-keys.contract.js';
import { viewProviders, viewSetup } from './api-keys.views.js';

/** The catalogue of providers: public, and without the database. */
@Controller(PREFIX)
@Public()
@ApiTags('API keys')
@ApiProblems(503)
@ApiExtraModels(ProviderView)
export class ProvidersController {
  @Get('providers')
  @ApiOperation({ summary: 'The providers of which a user can save a key', security: [] })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: { $ref: getSchemaPath(ProviderView) } } })
  providers() {
    return viewProviders();
  }

  @Get('providers/:provider/setup')
  @ApiOperation({ summary: 'How a user gets a key of a provider', security: [] })
  @Answers(ProviderSetupView)
  @ApiProblems(404)
  setup(@Param('provider') provider: string) {
    return viewSetup(getProvider(provider));
  }
}
