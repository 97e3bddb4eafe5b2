import { closeSync, createWriteStream, openSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { StartupError } from '../ground/config/startup-error.js';
import type { ReportLine } from '../operations/legacy-import/import-report.js';
import type { ImportedUser } from '../operations/legacy-import/import-undo.js';
import { NEXT_RUN } from './import-options.js';

/** Where the states are that users were about to be in when a run was cut off. */
export const pendingFile = (report: string) => `${report}.pending`;

/** Where an import reports each user, as a line of JSON. */
export class ReportFile {
  private constructor(
    private readonly stream: Writable,
    private readonly name: string,
    private readonly pending: PendingUsers | null,
  ) {
    // `write` throws the error; without a listener it would end the process, too.
    stream.on('error', () => undefined);
  }

  /**
   * @param path null: standard output
   * @param isDryRun nobody is stored, so nobody can be stored without a line
   * @throws StartupError also where there is such a file: a report is the way back of the run that wrote it
   */
  static async open(path: string | null, { isDryRun }: { readonly isDryRun: boolean }): Promise<ReportFile> {
    if (path === null) return new ReportFile(process.stdout, 'Standard output', null);
    const stream = createWriteStream(path, { flags: 'wx' });
    try {
      await once(stream, 'open');
    } catch (error) {
      throw unopened(path, error);
    }
    return new ReportFile(stream, `--report: ${path}`, isDryRun ? null : PendingUsers.open(pendingFile(path)));
  }

  /** Notes the state that a user is about to be in, before it is stored. @throws StartupError */
  announce(user: ImportedUser): void {
    this.pending?.add(user);
  }

  /** Resolves once the line is handed to the system. @throws StartupError: without a report there is no way back */
  write(line: ReportLine): Promise<void> {
    return new Promise((done, fail) => {
      this.stream.write(`${JSON.stringify(line)}\n`, (error) => {
        // Writes that waited behind the one that failed know only that the stream is gone.
        if (error) fail(unwritten(this.name, this.stream.errored ?? error));
        else done();
      });
    });
  }

  /** @param isWhole everybody who is stored has a line @throws StartupError when the file cannot be closed */
  async close(isWhole: boolean): Promise<void> {
    if (this.stream !== process.stdout && !this.stream.destroyed) {
      const ended = finished(this.stream);
      this.stream.end();
      await ended.catch((error: unknown) => {
        throw unwritten(this.name, error);
      });
    }
    this.pending?.close(isWhole);
  }
}

/** Users who are about to be stored: those of whom a run that is cut off may not write the line any more. */
class PendingUsers {
  #failure: StartupError | null = null;

  private constructor(
    private readonly path: string,
    private readonly file: number,
  ) {}

  static open(path: string): PendingUsers {
    try {
      return new PendingUsers(path, openSync(path, 'wx'));
    } catch (error) {
      throw unopened(path, error);
    }
  }

  /** The line is with the system when this returns: a kill does not take it back. @throws StartupError */
  add({ userId, position }: ImportedUser): void {
    // After a line that may be half there.
    if (this.#failure) throw this.#failure;
    try {
      writeFileSync(this.file, `${JSON.stringify({ user_id: userId, outcome: 'imported', position })}\n`);
    } catch (error) {
      this.#failure = unwritten(`--report: ${this.path}`, error);
      throw this.#failure;
    }
  }

  close(isWhole: boolean): void {
    closeSync(this.file);
    if (isWhole) rmSync(this.path);
  }
}

function unopened(path: string, error: unknown): StartupError {
  const { code } = error as NodeJS.ErrnoException;
  return new StartupError(
    code === 'EEXIST'
      ? `--report: ${path} is there already. It is the way back of its run: name another file.`
      : `--report: ${path} cannot be written (${code}).`,
  );
}

const unwritten = (name: string, error: unknown) =>
  new StartupError(`${name} cannot be written (${(error as NodeJS.ErrnoException).code}). ${NEXT_RUN}`);
