import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { StartupError } from '../ground/config/startup-error.js';
import type { ReportLine } from '../operations/legacy-import/import-report.js';

/** Where an import reports each user, as a line of JSON. */
export class ReportFile {
  private constructor(
    private readonly stream: Writable,
    private readonly name: string,
  ) {}

  /**
   * @param path null: standard output
   * @throws StartupError also where there is such a file: a report is the way back of the run that wrote it
   */
  static async open(path: string | null): Promise<ReportFile> {
    if (path === null) return new ReportFile(process.stdout, 'Standard output');
    const stream = createWriteStream(path, { flags: 'wx' });
    try {
      await once(stream, 'open');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const isThere = code === 'EEXIST';
      throw new StartupError(
        isThere
          ? `--report: ${path} is there already. It is the way back of its run: name another file.`
          : `--report: ${path} cannot be written (${code}).`,
      );
    }
    return new ReportFile(stream, `--report: ${path}`);
  }

  /** Resolves once the line is handed to the system. @throws StartupError: without a report there is no way back */
  write(line: ReportLine): Promise<void> {
    return new Promise((done, fail) => {
      this.stream.write(`${JSON.stringify(line)}\n`, (error) => {
        if (error) fail(new StartupError(`${this.name} cannot be written (${(error as NodeJS.ErrnoException).code}).`));
        else done();
      });
    });
  }

  async close(): Promise<void> {
    if (this.stream === process.stdout) return;
    this.stream.end();
    await once(this.stream, 'close');
  }
}
