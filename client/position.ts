const POSITION = /^(?:0|\d{1,15}\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

/**
 * The position that a caller gives, or the one inside an ETag.
 *
 * @throws TypeError for another text: the service refuses it, and a browser cannot read why
 */
export function parsePosition(text: string): string {
  const position = text.trim().replace(/^(?:W\/)?"(.*)"$/, '$1');
  if (!POSITION.test(position)) throw new TypeError(`Not a position, nor the ETag of one: ${text}`);
  return position;
}

/** Whether who is at `position` has seen `other` already: a revision of the same session that is not later. */
export function includes(position: string | undefined, other: string): boolean {
  const [revision, session] = position?.split('.') ?? [];
  const [otherRevision, otherSession] = other.split('.');
  return session === otherSession && Number(otherRevision) <= Number(revision);
}
