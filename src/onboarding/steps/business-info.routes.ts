import { Body, Controller, Get, Param, Post, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CurrentUser } from '../../ground/auth/auth.guard.js';
import type { User } from '../../ground/auth/user.js';
import { RequestTerms } from '../progress/request-terms.js';
import type { Terms } from '../flow/terms.js';
import { Answers, ApiProblems, HeedsPrecondition } from '../../ground/http/open-api.js';
import { Ok, PREFIX, PREFIX_WITHOUT_API } from '../../ground/http/route.js';
import { BusinessInfoDto, BusinessInfoView } from './business-info.contract.js';
import { BusinessInfoService } from './business-info.service.js';

@Controller([`${PREFIX}/business-info`, `${PREFIX_WITHOUT_API}/business-info`])
@ApiTags('Business information')
@ApiBearerAuth()
@ApiProblems(401, 503)
export class BusinessInfoController {
  constructor(private readonly business: BusinessInfoService) {}

  @Post()
  @Ok()
  @ApiOperation({ summary: 'Saves the user’s business information' })
  @Answers(BusinessInfoView)
  @HeedsPrecondition()
  @ApiProblems(400, 413, 415)
  save(@CurrentUser() user: User, @Body() body: BusinessInfoDto, @RequestTerms() terms: Terms) {
    return this.business.save(user.id, body, terms);
  }

  @Put(':id')
  @ApiOperation({ summary: 'Replaces the business information' })
  @Answers(BusinessInfoView)
  @HeedsPrecondition()
  @ApiProblems(400, 404, 413, 415)
  replace(
    @CurrentUser() user: User,
    @Param('id') id: string,
    @Body() body: BusinessInfoDto,
    @RequestTerms() terms: Terms,
  ) {
    return this.business.replace(user.id, id, body, terms);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Reads the business information by its id' })
  @Answers(BusinessInfoView)
  @ApiProblems(404)
  get(@CurrentUser() user: User, @Param('id') id: string) {
    return this.business.get(user.id, id);
  }

  @Get('user/:userId')
  @ApiOperation({ summary: 'Reads the business information by its user, who must be the caller' })
  @Answers(BusinessInfoView)
  @ApiProblems(404)
  getByUser(@CurrentUser() user: User, @Param('userId') userId: string) {
    return this.business.getByUser(user.id, userId);
  }
}
