import type { TestApp } from './app.js';
import { eventually } from '../process/deadline.js';

export type LogLine = Readonly<Record<string, unknown>>;

/** What an app has logged, line by line. */
export function logLines(app: TestApp): LogLine[] {
  const lines = app.log.join('').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LogLine);
}

/** The lines of one request; they are written after its answer, so this waits for the line that ends it. */
export async function linesOf(app: TestApp, requestId: string): Promise<LogLine[]> {
  const lines = () => logLines(app).filter((line) => line['requestId'] === requestId);
  await eventually(`a line of ${requestId}`, () => lines().some((line) => line['msg'] === 'request'));
  return lines();
}
