import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentUser } from '../../ground/auth/auth.guard.js';
import type { User } from '../../ground/auth/user.js';
import { RequestTerms } from '../progress/request-terms.js';
import type { JsonObject } from '../../ground/problems/json.js';
import type { Terms } from '../flow/terms.js';
import { Answers, ApiProblems, HeedsPrecondition } from '../../ground/http/open-api.js';
import { DocumentBody, PREFIX } from '../../ground/http/route.js';
import {
  AnalysisChangedView,
  AnalysisView,
  ExistingAnalysisView,
  SessionAnalysesView,
  StyleAnalysisDto,
} from './style-detection.contract.js';
import { StyleDetection } from './style-detection.service.js';

@Controller(`${PREFIX}/style-detection`)
@ApiTags('Style detection')
@ApiBearerAuth()
@ApiProblems(401, 503)
export class StyleDetectionController {
  constructor(private readonly analyses: StyleDetection) {}

  @Get('session-analyses')
  @ApiOperation({ summary: 'The user’s website analysis as a list of at most one' })
  @Answers(SessionAnalysesView)
  list(@CurrentUser() user: User) {
    return this.analyses.list(user.id);
  }

  @Get('check-existing/:url')
  @ApiOperation({ summary: 'Whether the saved analysis is of this address, and did not fail' })
  @ApiParam({ name: 'url', description: 'The address, percent-encoded', schema: { type: 'string', maxLength: 4096 } })
  @Answers(ExistingAnalysisView)
  @ApiProblems(404)
  checkExisting(@CurrentUser() user: User, @Param('url') url: string) {
    return this.analyses.checkExisting(user.id, url);
  }

  @Get('analysis/:id')
  @ApiOperation({ summary: 'Reads the analysis by its id; `success` is false when it is not the user’s' })
  @Answers(AnalysisView)
  @ApiProblems(404)
  find(@CurrentUser() user: User, @Param('id') id: string) {
    return this.analyses.find(user.id, id);
  }

  @Put('analysis/:id')
  @DocumentBody()
  @ApiOperation({ summary: 'Saves the analysis without completing step 2' })
  @ApiBody({ type: StyleAnalysisDto })
  @Answers(AnalysisChangedView)
  @HeedsPrecondition()
  @ApiProblems(400, 404, 413, 415)
  update(@CurrentUser() user: User, @Param('id') id: string, @Body() body: JsonObject, @RequestTerms() terms: Terms) {
    return this.analyses.update(user.id, id, body, terms);
  }

  @Delete('analysis/:id')
  @ApiOperation({ summary: 'Clears the analysis; the address stays' })
  @Answers(AnalysisChangedView)
  @HeedsPrecondition()
  @ApiProblems(400, 404, 413, 415)
  clear(@CurrentUser() user: User, @Param('id') id: string, @RequestTerms() terms: Terms) {
    return this.analyses.clear(user.id, id, terms);
  }
}
