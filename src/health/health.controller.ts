import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Public } from '../auth/auth.guard.js';
import { UserDatabase } from '../database/user-database.js';
import { Answers, ApiProblems } from '../http/open-api.js';

class HealthView {
  @ApiProperty({ enum: ['ok'] }) status!: 'ok';
}

@Controller('health')
@Public()
@ApiTags('Health')
export class HealthController {
  constructor(private readonly database: UserDatabase) {}

  @Get('live')
  @ApiOperation({ summary: 'Whether the process answers', security: [] })
  @Answers(HealthView)
  live(): HealthView {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether the database answers too', security: [] })
  @Answers(HealthView)
  @ApiProblems(503)
  async ready(): Promise<HealthView> {
    await this.database.ping();
    return { status: 'ok' };
  }
}
