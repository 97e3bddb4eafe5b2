import { checkAnswer } from './contract.js';
import { token } from './tokens.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what a test says about a body is its own affair
type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly body: Json;
}

/**
 * One caller over HTTP. Of a stream of events it takes what comes until the client is live. Paths are below `/api/onboarding` unless they start with `//`, which stands for the root. Every answer
 * that is not as the API's document describes it fails the test.
 */
export class Client {
  constructor(
    private readonly url: string,
    private readonly authorization: string | null,
  ) {}

  static async as(url: string, userId: string, claims: Record<string, unknown> = {}): Promise<Client> {
    return new Client(url, `Bearer ${await token(userId, claims)}`);
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', path, body === undefined ? undefined : JSON.stringify(body), headers);
  }

  /** The body as it is, for what JSON.stringify would not write. */
  async send(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const fromRoot = path.startsWith('//') ? path.slice(1) : `/api/onboarding${path}`;
    const response = await fetch(this.url + fromRoot, {
      method,
      ...(body === undefined ? {} : { body: body as string }),
      headers: {
        ...(this.authorization === null ? {} : { authorization: this.authorization }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    const text = await textOf(response);
    const answer = { status: response.status, headers: response.headers, text, body: parse(text) };
    checkAnswer(method, fromRoot, answer);
    return answer;
  }
}

/** The whole text, but of a stream of events, which does not end by itself, only its beginning. */
async function textOf(response: Response): Promise<string> {
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (!isStream || !response.body) return response.text();
  return textUntilLive(response.body.pipeThrough(new TextDecoderStream()));
}

/** What comes of a stream of events until its client is live, or until it ends; the rest is not waited for. */
export async function textUntilLive(stream: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (/^event: live\n.*\n\n/m.test(text)) break;
  }
  return text;
}

function parse(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
