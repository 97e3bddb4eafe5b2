import { token } from '../support/service/tokens.js';
import { userMark, type Document } from './marks.js';

const DAY = 24 * 3600;

/** A revision that the user has looked at. */
export interface Earlier {
  readonly revision: number;
  /** What its documents held, as registers. */
  readonly values: Readonly<Partial<Record<Document, string>>>;
  /** The user's operations until then. */
  readonly number: number;
}

/** A user whose data carry their own mark. */
export class User {
  /** Operations so far. */
  count = 0;
  /** The latest that the user has seen; 0: none. */
  revision = 0;
  earlier: Earlier | null = null;

  private constructor(
    readonly index: number,
    readonly id: string,
    readonly token: string,
    /** How many drive the user's operations at once; with one, each is sent after the answer to the one before. */
    readonly drivers: number,
  ) {}

  static async create(index: number, drivers: number): Promise<User> {
    const id = userMark(index);
    const exp = Math.floor(Date.now() / 1000) + DAY;
    return new User(index, id, await token(id, { exp, scope: 'keys:use' }), drivers);
  }
}
