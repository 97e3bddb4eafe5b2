import { Body, Controller, Get, Header, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser } from '../../ground/auth/auth.guard.js';
import type { User } from '../../ground/auth/user.js';
import { RequestTerms } from '../progress/request-terms.js';
import type { Terms } from '../flow/terms.js';
import { Answers, ApiProblems, HeedsPrecondition } from '../../ground/http/open-api.js';
import { LargeBody, Ok, PREFIX } from '../../ground/http/route.js';
import {
  CompetitorAnalysisView,
  PersonaLatestView,
  PersonaSavedView,
  SavePersonaDto,
  WebsiteAnalysisView,
} from './saved-data.contract.js';
import { SavedData } from './saved-data.service.js';

@Controller(PREFIX)
@ApiTags('Saved data')
@ApiExtraModels(WebsiteAnalysisView)
@ApiBearerAuth()
@ApiProblems(401, 503)
export class SavedDataController {
  constructor(private readonly saved: SavedData) {}

  @Get('website-analysis')
  @ApiOperation({ summary: 'The saved analysis of the user’s website' })
  @ApiOkResponse({
    schema: { allOf: [{ $ref: '#/components/schemas/WebsiteAnalysisView' }], additionalProperties: true },
  })
  websiteAnalysis(@CurrentUser() user: User): Promise<WebsiteAnalysisView> {
    return this.saved.websiteAnalysis(user.id);
  }

  @Get('research-preferences')
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ summary: 'The saved research preferences, or null when there are none' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true, nullable: true } })
  async researchPreferences(@CurrentUser() user: User) {
    // As text, since the framework answers null with an empty body.
    return JSON.stringify(await this.saved.researchPreferences(user.id));
  }

  @Get('competitor-analysis')
  @ApiOperation({ summary: 'The saved competitors' })
  @Answers(CompetitorAnalysisView)
  competitorAnalysis(@CurrentUser() user: User) {
    return this.saved.competitorAnalysis(user.id);
  }

  @Get('step4/persona-latest')
  @ApiOperation({ summary: 'The saved persona; `success` is false when there is none' })
  @Answers(PersonaLatestView)
  latestPersona(@CurrentUser() user: User) {
    return this.saved.latestPersona(user.id);
  }

  @Post('step4/persona-save')
  @Ok()
  @LargeBody()
  @ApiOperation({ summary: 'Saves a persona without completing step 4' })
  @Answers(PersonaSavedView)
  @HeedsPrecondition()
  @ApiProblems(400, 413, 415)
  savePersona(@CurrentUser() user: User, @Body() body: SavePersonaDto, @RequestTerms() terms: Terms) {
    return this.saved.savePersona(user.id, body, terms);
  }
}
