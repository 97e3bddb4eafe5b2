import { IsInt, IsOptional, Max, Min, ValidateBy } from 'class-validator';
import { isUserId } from '../../ground/auth/user.js';

/** Seconds for which a token may be good: a day. */
export const LONGEST = 86_400;

export class DemoTokenDto {
  @ValidateBy(
    { name: 'isUserId', validator: { validate: isUserId } },
    { message: 'user must be a text of 1 to 255 characters that can be a user id.' },
  )
  user!: string;

  @IsOptional()
  @Max(LONGEST, { message: `expires must be at most ${LONGEST} seconds.` })
  @Min(1, { message: 'expires must be 1 second or more.' })
  @IsInt({ message: 'expires must be a whole number of seconds.' })
  expires?: number | null;
}

export interface DemoTokenView {
  readonly token: string;
  readonly expires_at: string;
}
