import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { PROVIDERS } from '../../../src/ground/providers/providers.js';

export interface ProviderRequest {
  readonly provider: string;
  readonly method: string;
  /** Below the provider's base URL. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

export type ProviderAnswer = (request: ProviderRequest, response: ServerResponse) => void;

/** Plays all providers on loopback, and notes what it is asked. */
export class ProviderServer {
  readonly requests: ProviderRequest[] = [];
  /** Requests that have come and not been answered, and the most there ever were at once. */
  open = 0;
  mostOpen = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
    private answer: ProviderAnswer,
  ) {}

  static async start(): Promise<ProviderServer> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    const providers = new ProviderServer(server, `http://127.0.0.1:${port}`, () => undefined);
    server.on('request', (request, response) => providers.#take(request, response));
    return providers;
  }

  /** The service's variable that sends it here. */
  get baseUrls(): string {
    return JSON.stringify(Object.fromEntries(PROVIDERS.map(({ id }) => [id, `${this.url}/${id}`])));
  }

  /** From now on all providers answer so; what was noted before is forgotten. */
  answers(answer: ProviderAnswer): void {
    this.answer = answer;
    this.requests.length = 0;
    this.mostOpen = this.open;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const [, provider = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(request.url ?? '') ?? [];
    const noted = { provider, method: request.method ?? '', path, headers: request.headers };
    this.requests.push(noted);
    this.open++;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    response.on('close', () => this.open--);
    response.on('error', () => undefined);
    this.answer(noted, response);
  }
}

/** An answer with a status and a body, at once. */
export function status(code: number, body: string = '{}', headers: Record<string, string> = {}): ProviderAnswer {
  return (_request, response) => {
    response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(body);
  };
}
