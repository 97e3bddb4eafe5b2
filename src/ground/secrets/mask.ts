import type { Secret } from './secret.js';

/** A mask that tells nothing of its key. */
export const STARS = '********';

/** Characters from which on the last four are shown. */
const SHOWN_FROM = 12;

/** Eight stars and the last four characters, or only stars for a short key: neither length nor start is told. */
export function mask(secret: Secret): string {
  const characters = [...secret.reveal()];
  return characters.length < SHOWN_FROM ? STARS : STARS + characters.slice(-4).join('');
}
