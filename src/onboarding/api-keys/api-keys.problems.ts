import { NotFound, Problem, type ProblemBody } from '../../ground/problems/problem.js';

export class KeyNotFound extends NotFound {
  constructor(name: string) {
    super(`There is no API key for ${name}.`);
  }
}

/** More requests a minute than one user may make. The client takes a 429 of any other shape for an expired subscription. */
export class TooManyRequests extends Problem {
  readonly status = 429;
  readonly title = 'Too many requests';
  override readonly headers: Readonly<Record<string, string>>;

  constructor(private readonly retryAfter: number) {
    super(`That was a little fast. Please try again in ${retryAfter} seconds.`);
    this.headers = { 'retry-after': String(retryAfter) };
  }

  override toBody(): ProblemBody {
    return { ...super.toBody(), retry_after: this.retryAfter };
  }
}
