/**
 * Reads a stream of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html), in chunks that may be cut
 * anywhere. Each event's `data` is a whole message with its type and position, so the lines `event` and `id` say nothing more; nor
 * does `retry`, since this client has its own wait.
 */
export class EventStream {
  readonly #decoder = new TextDecoder();
  #line = '';
  #data: string[] = [];
  #endsInReturn = false;

  /** The data of each event that this chunk completes. */
  push(chunk: Uint8Array): readonly string[] {
    let text = this.#decoder.decode(chunk, { stream: true });
    if (text === '') return [];
    // The other half of a line's end that was cut.
    if (this.#endsInReturn && text.startsWith('\n')) text = text.slice(1);
    this.#endsInReturn = text.endsWith('\r');
    const lines = (this.#line + text).split(/\r\n|\r|\n/);
    this.#line = lines.pop() ?? '';
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line: string): readonly string[] {
    if (line === '') {
      const event = this.#data.length > 0 ? [this.#data.join('\n')] : [];
      this.#data = [];
      return event;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') this.#data.push(value);
    return [];
  }
}
