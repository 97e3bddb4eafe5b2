import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOkResponse, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CurrentUser } from '../../ground/auth/auth.guard.js';
import type { Caller } from '../../ground/auth/user.js';
import { ApiProblems } from '../../ground/http/open-api.js';
import { Endless, PREFIX } from '../../ground/http/route.js';
import type { Terms } from '../flow/terms.js';
import { HeedsFlow, RequestTerms } from '../progress/request-terms.js';
import { EventStreams } from './event-streams.js';
import { anyMessage, DescribesMessages } from './live.contract.js';
import { UpgradeRequired } from './live.problems.js';

const After = () =>
  ApiQuery({
    name: 'after',
    required: false,
    description: 'A position; `0` for all events',
    schema: { type: 'string' },
  });

@Controller(PREFIX)
@ApiTags('Live')
@ApiBearerAuth()
@ApiProblems(400, 401, 503)
@HeedsFlow()
export class LiveController {
  constructor(private readonly streams: EventStreams) {}

  @Get('events')
  @Endless()
  @ApiOperation({ summary: 'What happens to the onboarding, as server-sent events, after a position or from now on' })
  @After()
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'As `after`, and wins',
    schema: { type: 'string' },
  })
  @DescribesMessages()
  @ApiOkResponse({
    description: 'Each event has a message in its data',
    content: { 'text/event-stream': { schema: anyMessage } },
  })
  events(
    @CurrentUser() caller: Caller,
    @RequestTerms() terms: Terms,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.streams.open(caller, terms, request, reply);
  }

  @Get('live')
  @ApiOperation({ summary: 'The same through a WebSocket, which this address speaks' })
  @After()
  @ApiResponse({ status: 101, description: 'The WebSocket is open' })
  @ApiProblems(426)
  live() {
    throw new UpgradeRequired();
  }
}
