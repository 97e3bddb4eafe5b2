/** A route's path with its parameters filled in; a parameter that is not named here is an error. */
export function pathOf(route: string, values: Readonly<Record<string, string | number>>): string {
  const [, pattern = ''] = route.split(' ');
  return pattern.replaceAll(/:(\w+)/g, (parameter, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${route} needs ${parameter}`);
    return encodeURIComponent(value);
  });
}
