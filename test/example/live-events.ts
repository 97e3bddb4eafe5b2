import { setTimeout as delay } from 'node:timers/promises';

/** What is used here of the service's messages. */
interface Message {
  readonly type: string;
  readonly position: string;
  readonly event?: { readonly type: string };
}

/** Three beats: a connection that says nothing for that long is dead. */
const SILENCE = 75_000;

/** Everything that happens to a user's onboarding after a position, through lost connections, until the signal is aborted. */
export async function* messagesAfter(
  position: string,
  baseUrl: string,
  freshToken: () => Promise<string>,
  signal: AbortSignal,
): AsyncGenerator<Message> {
  let last = position;
  while (!signal.aborted) {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), SILENCE);
    try {
      const response = await fetch(`${baseUrl}/api/onboarding/events`, {
        headers: { authorization: `Bearer ${await freshToken()}`, 'last-event-id': last },
        signal: AbortSignal.any([signal, silence.signal]),
      });
      if (response.status < 500 && !response.ok) throw new Refused(`${response.status}: ${await response.text()}`);
      for await (const message of response.ok && response.body ? messagesIn(response.body) : []) {
        timer.refresh();
        last = message.position;
        yield message;
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
    } finally {
      clearTimeout(timer);
    }
    // By chance, so that not all clients of a process that stops come back in one moment.
    await delay(Math.random() * 5000, undefined, { signal }).catch(() => undefined);
  }
}

/** The service does not take the token or the position: to ask again does not help. */
class Refused extends Error {}

/** The messages of a stream: each stands in a line of data, and an empty line follows. */
async function* messagesIn(body: ReadableStream<Uint8Array>): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '));
      if (data) yield JSON.parse(data.slice('data: '.length)) as Message;
    }
  }
}
