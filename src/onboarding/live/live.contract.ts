import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath, OmitType } from '@nestjs/swagger';
import { ProblemView } from '../../ground/http/open-api.js';
import { HistoryItemView } from '../history/history.contract.js';
import { StatusView } from '../progress/progress.contract.js';

/** What clients are told live, through the WebSocket and as server-sent events alike. `docs/live.md` has the protocol. */

/** What a socket speaks: its subprotocol. */
export const PROTOCOL = 'onboarding.v1';

/** Why a client is shown the state instead of the events that lead to it. */
export const SNAPSHOT_REASONS = ['first', 'reset', 'unknown_position', 'too_far_behind'] as const;

export type SnapshotReason = (typeof SNAPSHOT_REASONS)[number];

const position = {
  description: 'What this connection was given so far: a state of the user’s onboarding, as the text inside an ETag',
  example: '12.01928f6e-7c2a-7cc0-8f0e-3b6f8f1f9a10',
};

export class SnapshotMessage {
  @ApiProperty({ enum: ['snapshot'] }) type!: 'snapshot';
  @ApiProperty(position) position!: string;
  @ApiProperty({ enum: [...SNAPSHOT_REASONS], description: 'Why there is no replay' }) reason!: SnapshotReason;
  @ApiProperty() status!: StatusView;
}

/** An item of the history. Which documents changed is read there. */
export class LiveEventView extends OmitType(HistoryItemView, ['documents']) {}

export class EventMessage {
  @ApiProperty({ enum: ['event'] }) type!: 'event';
  @ApiProperty(position) position!: string;
  @ApiProperty() event!: LiveEventView;
}

export class LiveMessage {
  @ApiProperty({ enum: ['live'], description: 'From here on nothing is missed' }) type!: 'live';
  @ApiProperty(position) position!: string;
  @ApiProperty() status!: StatusView;
}

export class StatusMessage {
  @ApiProperty({ enum: ['status'], description: 'After each run of events' }) type!: 'status';
  @ApiProperty(position) position!: string;
  @ApiProperty() status!: StatusView;
}

export class BeatMessage {
  @ApiProperty({ enum: ['beat'], description: 'Every 25 seconds' }) type!: 'beat';
  @ApiProperty(position) position!: string;
}

export class ErrorMessage {
  @ApiProperty({ enum: ['error'], description: 'Before the service ends the connection' }) type!: 'error';
  @ApiProperty(position) position!: string;
  @ApiProperty() problem!: ProblemView;
  @ApiPropertyOptional({ type: 'integer', description: 'Milliseconds after which coming back helps' })
  retry_ms?: number;
}

/** Whatever the service sends. */
export type ServerMessage = SnapshotMessage | EventMessage | LiveMessage | StatusMessage | BeatMessage | ErrorMessage;

const MESSAGES = [SnapshotMessage, EventMessage, LiveMessage, StatusMessage, BeatMessage, ErrorMessage] as const;

/** Documents the messages, for routes that send them. */
export const DescribesMessages = () => ApiExtraModels(...MESSAGES);

export const anyMessage = { oneOf: MESSAGES.map((type) => ({ $ref: getSchemaPath(type) })) };
