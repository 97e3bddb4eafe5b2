import { randomBytes } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const MARK_LENGTH = 12;

function randomText(length: number): string {
  return [...randomBytes(length)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/**
 * Secrets that can be told from everything else: each holds the same random mark, more than once, so that one search finds any
 * of them, whole or in part. The last four characters, which a mask shows, are never part of a mark.
 */
export class Canaries {
  readonly #mark = randomText(MARK_LENGTH);
  readonly #needles: readonly (readonly [string, Buffer])[];

  constructor() {
    const mark = Buffer.from(this.#mark);
    this.#needles = [
      ['plain', mark],
      ['hex', Buffer.from(mark.toString('hex'))],
      ['HEX', Buffer.from(mark.toString('hex').toUpperCase())],
      ['utf16', Buffer.from(this.#mark, 'utf16le')],
      // The mark may start at any place of a group of three bytes; groups that it shares with its neighbours are left out.
      ...[0, 1, 2].map((offset): [string, Buffer] => {
        const text = Buffer.concat([Buffer.alloc(offset), mark]).toString('base64');
        return ['base64', Buffer.from(text.slice(offset === 0 ? 0 : 4, Math.floor((offset + MARK_LENGTH) / 3) * 4))];
      }),
    ];
  }

  /** A new one, with a start of the provider's. */
  make(prefix = '', length = 56): string {
    let value = prefix;
    while (value.length < length) value += this.#mark + randomText(8);
    return value.slice(0, length - 4) + randomText(4);
  }

  /** The forms in which any of them, or a part of one, is in there. */
  formsIn(content: string | Buffer): string[] {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    return this.#needles.filter(([, needle]) => bytes.includes(needle)).map(([form]) => form);
  }
}
