import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of the built page. Each is read when it is asked for: `npm run dev` builds the page again while the service runs. */
export class DemoFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  read(name: 'index.html' | 'page.js' | 'page.css' | 'icon.svg'): Promise<Buffer> {
    return readFile(join(this.#folder, name));
  }
}
