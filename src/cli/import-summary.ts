import { OUTCOMES } from '../operations/legacy-import/import-report.js';
import type { ImportSummary } from '../operations/legacy-import/import-run.js';

/** A run as a table: how many users came to which outcome, and how many lines of the report have which warning. */
export function summaryTable(summary: ImportSummary, timezone: string): string {
  const outcomes = OUTCOMES.map((outcome) => [outcome, summary.of(outcome)] as const);
  const warnings = [...summary.warnings].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return [
    table('outcome', [...outcomes, ['all', summary.lines]]),
    ...(summary.leftovers > 0 ? [`${summary.leftovers} of these lines belong to no user.`] : []),
    ...(warnings.length > 0 ? [table('warning', warnings)] : []),
    `Times without a zone: ${timezone} (--timezone)`,
  ].join('\n\n');
}

/** Two columns: words, and how many lines of the report. */
export function table(title: string, rows: readonly (readonly [string, number])[]): string {
  const lines = [[title, 'lines'] as const, ...rows].map(
    ([word, count]) => [word, count.toLocaleString('en')] as const,
  );
  const [left, right] = [0, 1].map((column) => Math.max(...lines.map((line) => line[column as 0 | 1].length)));
  return lines.map(([word, count]) => `${word.padEnd(left ?? 0)}  ${count.padStart(right ?? 0)}`).join('\n');
}
