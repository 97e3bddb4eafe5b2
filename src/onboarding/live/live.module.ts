import { Module } from '@nestjs/common';
import { AuthModule } from '../../ground/auth/auth.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { ProgressModule } from '../progress/progress.module.js';
import { EventStreams } from './event-streams.js';
import { LiveConnections } from './live-connections.js';
import { LiveSockets } from './live-sockets.js';
import { ProgressFeed } from './progress-feed.js';

/** Tells users' clients what happens to their onboarding, as it happens: one feed, a door for WebSockets and one for server-sent events. */
@Module({
  imports: [AuthModule, DatabaseModule, ProgressModule],
  providers: [ProgressFeed, LiveConnections, LiveSockets, EventStreams],
  exports: [LiveSockets, EventStreams],
})
export class LiveModule {}
