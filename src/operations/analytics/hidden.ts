/** The same figures, each of which may be withheld. */
export type Withheld<T> = { readonly [K in keyof T]: T[K] | null };

/** Users that a group has at least, or none: of a smaller one nothing is shown. */
export const isSmall = (users: number, minGroup: number): boolean => users > 0 && users < minGroup;

/** The figures, or as many nulls. */
export function shownUnless<T extends object>(isHidden: boolean, figures: T): Withheld<T> {
  return isHidden ? (Object.fromEntries(Object.keys(figures).map((name) => [name, null])) as Withheld<T>) : figures;
}
