import { Agent, request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { token } from './tokens.js';

/** How a request ended: with a whole answer, without a connection to send it on, or with neither. */
export type Outcome =
  | { readonly kind: 'answered'; readonly status: number; readonly headers: IncomingHttpHeaders }
  | { readonly kind: 'refused' }
  | { readonly kind: 'cut'; readonly answerBegun: boolean; readonly code: string };

/** A user's requests, one after the other over one connection that stays open for as long as the service lets it. */
export class PersistentCaller {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  private constructor(
    private readonly url: string,
    private readonly authorization: string,
  ) {}

  static async as(url: string, userId: string): Promise<PersistentCaller> {
    return new PersistentCaller(url, `Bearer ${await token(userId)}`);
  }

  /** @param path below `/api/onboarding` */
  send(method: string, path: string, body?: unknown): Promise<Outcome> {
    return new Promise((done) => {
      let response: IncomingMessage | undefined;
      const failed = (error: NodeJS.ErrnoException) => {
        const { code = error.message } = error;
        done(
          code === 'ECONNREFUSED' ? { kind: 'refused' } : { kind: 'cut', answerBegun: response !== undefined, code },
        );
      };
      const sent = request(`${this.url}/api/onboarding${path}`, {
        method,
        agent: this.#agent,
        headers: {
          authorization: this.authorization,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      });
      sent.on('error', failed);
      sent.on('response', (begun: IncomingMessage) => {
        response = begun;
        begun.on('error', failed);
        begun.on('end', () => done({ kind: 'answered', status: begun.statusCode ?? 0, headers: begun.headers }));
        begun.resume();
      });
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  end(): void {
    this.#agent.destroy();
  }
}
