import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/auth.guard.js';
import { Answers, ApiProblems } from '../http/open-api.js';
import { Unavailable } from '../problems/problem.js';
import { EvenOverloaded } from '../http/route.js';
import { DatabaseProbe } from './database-probe.js';

class HealthView {
  @ApiProperty({ enum: ['ok'] }) status!: 'ok';
}

/** Tells load balancers to send no further requests to this process. */
class Stopping extends Unavailable {
  readonly away = 'process';
  constructor() {
    super('This process is about to stop. Please try again shortly.');
  }
}

@Controller('health')
@Public()
@ApiTags('Health')
export class HealthController {
  #stopping = false;

  constructor(private readonly database: DatabaseProbe) {}

  /** From now on the process is not ready, even if the database answers. */
  announceStop(): void {
    this.#stopping = true;
  }

  @Get('live')
  @EvenOverloaded()
  @ApiOperation({ summary: 'Whether the process answers', security: [] })
  @Answers(HealthView)
  live(): HealthView {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Whether the process takes requests: the database answers, and the process is not stopping',
    security: [],
  })
  @Answers(HealthView)
  @ApiProblems(503)
  async ready(): Promise<HealthView> {
    if (this.#stopping) throw new Stopping();
    await this.database.ping();
    return { status: 'ok' };
  }
}
