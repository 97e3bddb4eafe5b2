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

/** Of requests a second, round by round. */
export function ratiosOf({ rounds }: Comparison): readonly number[] {
  return rounds.map(({ measured, reference }) => measured.requestsPerSecond / reference.requestsPerSecond);
}

/** A row for each contestant of each operation. `verdict` is what there is to say of a ratio. */
export function comparisonTable(
  measured: Contestant,
  reference: Contestant,
  comparisons: readonly Comparison[],
  verdict: { readonly title: string; readonly of: (operation: Operation, ratio: number) => string },
): string {
  const head = ['operation', 'by', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs', 'MB', 'ratio', 'min–max', verdict.title];
  const rows = comparisons.flatMap((comparison) => {
    const { operation, rounds } = comparison;
    const ratios = ratiosOf(comparison);
    const ratio = median(ratios);
    const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
    const of = (name: string, measurements: readonly Measurement[]) => [operation.name, name, ...figures(measurements)];
    return [
      [
        ...of(
          reference.name,
          rounds.map((round) => round.reference),
        ),
        '',
        '',
        '',
      ],
      [
        ...of(
          measured.name,
          rounds.map((round) => round.measured),
        ),
        ratio.toFixed(2),
        range,
        verdict.of(operation, ratio),
      ],
    ];
  });
  return markdownTable(2, head, rows);
}

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
