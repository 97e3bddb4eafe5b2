/** The part of autocannon that the load uses; the package has no types. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  export interface Request {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  }

  export interface Client {
    setRequests(requests: Request[]): void;
  }

  export interface Options {
    readonly url: string;
    readonly connections: number;
    readonly duration?: number;
    readonly amount?: number;
    /** Milliseconds between two looks at whether the time is up. */
    readonly sampleInt: number;
    /** How many broken connections end it. */
    readonly bailout: number;
    readonly setupClient: (client: Client) => void;
  }

  export interface Result {
    readonly errors: number;
  }

  export default function autocannon(options: Options): EventEmitter & PromiseLike<Result>;
}
