import { StartupError } from '../ground/config/startup-error.js';
import type { Finding, Findings } from '../operations/maintenance/progress-check.js';

export const CHECK_PROGRESS = 'npm run progress:check --';

/** Says how to go on after a run that was cut off. */
export function nextRun({ last }: Findings, repair: boolean): string {
  const options = [...(repair ? ['--repair'] : []), ...(last ? [`--after='${last.replaceAll("'", `'\\''`)}'`] : [])];
  return `Go on with: ${[CHECK_PROGRESS, ...options].join(' ')}`;
}

/** What is said of the users of each finding. */
const WORDS = {
  same: 'as their events say',
  differs: 'not as their events say',
  mended: 'mended',
  incomplete: 'with events missing',
} satisfies Record<Finding, string>;

/** Prints how many users were checked, and the first of those who are not as their events say. */
export function report(findings: Findings): void {
  const found = (Object.keys(WORDS) as Finding[]).map((finding) => ({ finding, ...findings.of(finding) }));
  const counts = found.filter(({ finding, count }) => finding === 'same' || count > 0);
  const listed = counts.map(({ finding, count }) => `${count} ${WORDS[finding]}`).join(', ');
  console.log(`${findings.checked} users were checked: ${listed}.`);
  for (const { finding, count, ids } of counts) {
    if (finding === 'same') continue;
    const more = count > ids.length ? `, and ${count - ids.length} more` : '';
    console.log(`Users ${WORDS[finding]}: ${ids.map((id) => JSON.stringify(id)).join(', ')}${more}`);
  }
}

/** Says what to do. @throws StartupError if anything is left to do */
export function conclude(findings: Findings): void {
  const toDo = [
    ...(findings.of('differs').count > 0 ? [`Mend sessions from their events: ${CHECK_PROGRESS} --repair`] : []),
    ...(findings.of('incomplete').count > 0
      ? ['Nothing is mended from events that are not complete: bring the missing ones back from a backup.']
      : []),
  ];
  if (toDo.length > 0) throw new StartupError(toDo.join('\n'));
  console.log('Nothing is left to do.');
}
