const COMPLAINT = /\b(?:FATAL|PANIC|ERROR|error): +(.+)$/;
const EXPLANATION = /\b(?:DETAIL|HINT): +(.+)$/;
const LOG = /\bLOG: /;
/** No causes: the answer to clients while the server starts or stops, and the last words of a killed server's children. */
const NO_CAUSE = /the database system is |terminating connection due to unexpected postmaster exit/;

/** Why `initdb` or `postgres` has ended, in one line: its first complaint, since the last lines are about cleaning up. */
export function causeIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '' && !NO_CAUSE.test(line));
  const at = lines.findIndex((line) => COMPLAINT.test(line));
  const [, complaint] = COMPLAINT.exec(lines[at] ?? '') ?? [];
  const [, explanation] = EXPLANATION.exec(lines[at + 1] ?? '') ?? [];
  const cause = complaint ?? lines.find((line) => !LOG.test(line)) ?? 'it says nothing';
  return [cause, ...(explanation === undefined ? [] : [explanation])].join(': ').trim().replace(/\.$/, '');
}
