import type { Secret } from './secret.js';

/** A mask that reveals nothing of its key. */
export const STARS = '********';

/** Length from which on a mask shows the last four characters. */
const SHOWN_FROM = 12;

/** Eight stars and the last four characters, or only stars for a short key: never the length or the start. */
export function mask(secret: Secret): string {
  const characters = [...secret.reveal()];
  return characters.length < SHOWN_FROM ? STARS : STARS + characters.slice(-4).join('');
}
