interface Accepted {
  readonly range: string;
  readonly weight: number;
  readonly place: number;
}

/**
 * Which of the media types that a route offers its caller would rather have (RFC 9110, section 12.5.1). At equal weights the type that
 * is named more closely wins, then the one that is named first. The first offer stands in where the caller accepts none or has no wish.
 */
export function preferredType<T extends string>(accept: string | undefined, offers: readonly [T, ...T[]]): T {
  const accepted = (accept ?? '*/*').split(',').map(acceptedOf);
  const wishes = offers.flatMap((offer) => wishFor(offer, accepted));
  return wishes.toSorted(byWish)[0]?.offer ?? offers[0];
}

function acceptedOf(text: string, place: number): Accepted {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '') ?? '1';
  return { range, weight: /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(weight) ? Number(weight) : 0, place };
}

/** How closely a range names a type: 0 if it does not. */
function closeness(range: string, type: string): number {
  if (range === type) return 3;
  if (range === `${type.split('/', 1)[0]}/*`) return 2;
  return range === '*/*' ? 1 : 0;
}

interface Wish<T> extends Accepted {
  readonly offer: T;
  readonly close: number;
}

/** The range that names an offer most closely says how much it is wanted. */
function wishFor<T extends string>(offer: T, accepted: readonly Accepted[]): readonly Wish<T>[] {
  const [closest] = accepted
    .map((wanted) => ({ ...wanted, offer, close: closeness(wanted.range, offer) }))
    .filter(({ close }) => close > 0)
    .toSorted((a, b) => b.close - a.close || a.place - b.place);
  return closest && closest.weight > 0 ? [closest] : [];
}

const byWish = (a: Wish<unknown>, b: Wish<unknown>): number =>
  b.weight - a.weight || b.close - a.close || a.place - b.place;
