import type { Comparison, Contestant, Measurement } from './measure.ts';
import type { Operation } from './operations.ts';

/** A table in Markdown. The first columns hold words, the others figures. */
export function markdownTable(words: number, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const padded = (row: readonly string[]) =>
    line(
      widths.map((width, column) => (column < words ? row[column]?.padEnd(width) : row[column]?.padStart(width)) ?? ''),
    );
  const rule = widths.map((width, column) => (column < words ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [padded(head), line(rule), ...rows.map(padded)].join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}

/** How a contestant compares with another in one figure, round by round. */
function ratiosOf(
  { rounds }: Comparison,
  figure: 'requestsPerSecond' | 'p99',
  one: number,
  to: number,
): readonly number[] {
  return rounds.map((round) => (round[one]?.[figure] ?? NaN) / (round[to]?.[figure] ?? NaN));
}

/** Something that contestants are compared with. */
export interface Reference {
  /** Its place among the contestants. */
  readonly place: number;
  readonly title: string;
  /** Left out: nothing is wanted. */
  readonly verdict?: (operation: Operation, ratio: number) => string;
}

/** A row for each contestant of each operation; ratios of requests a second, and of the p99 to the first reference. */
export function comparisonTable(
  contestants: readonly Contestant[],
  comparisons: readonly Comparison[],
  references: readonly Reference[],
): string {
  const titles = references.flatMap(({ title, verdict }) => [title, 'min–max', ...(verdict ? ['wanted'] : [])]);
  const head = ['operation', 'by', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs', 'MB', ...titles, 'p99 ratio'];
  const rows = comparisons.flatMap((comparison) => {
    const { operation, rounds } = comparison;
    return contestants.map(({ name }, place) => {
      const measurements = rounds.flatMap((round) => round[place] ?? []);
      const compared = references.flatMap((reference) => {
        const { verdict } = reference;
        if (reference.place === place) return verdict ? ['', '', ''] : ['', ''];
        const ratios = ratiosOf(comparison, 'requestsPerSecond', place, reference.place);
        const ratio = median(ratios);
        const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
        const wanted = verdict ? [place === MEASURED ? verdict(operation, ratio) : ''] : [];
        return [ratio.toFixed(2), range, ...wanted];
      });
      const [first] = references;
      const isReference = first === undefined || first.place === place;
      const p99 = isReference ? '' : median(ratiosOf(comparison, 'p99', place, first.place)).toFixed(1);
      return [operation.name, name, ...figures(measurements), ...compared, p99];
    });
  });
  return markdownTable(2, head, rows);
}

/** The place of the contestant that all this is about. */
const MEASURED = 0;

/** Medians of the rounds. */
function figures(measurements: readonly Measurement[]): readonly string[] {
  const of = (pick: (measurement: Measurement) => number | null, digits: number) => {
    const values = measurements.map(pick).filter((value) => value !== null);
    return values.length === 0 ? '–' : median(values).toFixed(digits);
  };
  return [
    of(({ requestsPerSecond }) => requestsPerSecond, 0),
    of(({ p50 }) => p50, 1),
    of(({ p99 }) => p99, 1),
    of(({ cpu }) => cpu, 0),
    of(({ memory }) => memory, 0),
  ];
}
