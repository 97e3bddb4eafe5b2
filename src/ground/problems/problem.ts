/** One invalid field: a JSON pointer (RFC 6901) into the request, and what is wrong with it. */
export interface FieldError {
  readonly pointer: string;
  readonly detail: string;
}

/**
 * A failure that its reader can do something about, as RFC 9457 describes it. The class knows its status and title;
 * `detail` is one sentence that may be shown to a person as it is.
 */
export abstract class Problem extends Error {
  abstract readonly status: number;
  abstract readonly title: string;
  readonly type: string = 'about:blank';
  readonly errors: readonly FieldError[] | undefined = undefined;
  readonly headers: Readonly<Record<string, string>> = {};

  get detail(): string {
    return this.message;
  }

  /** The body of `application/problem+json`. */
  toBody(): ProblemBody {
    const body = { type: this.type, title: this.title, status: this.status, detail: this.detail };
    return this.errors ? { ...body, errors: this.errors } : body;
  }
}

export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  readonly retry_after?: number;
  readonly oldest_position?: string;
}

/** The request is invalid; `errors` name the fields. */
export class InvalidInput extends Problem {
  readonly status = 400;
  readonly title = 'Invalid input';
  override readonly errors: readonly FieldError[] | undefined;

  constructor(detail: string, errors?: readonly FieldError[]) {
    super(detail);
    this.errors = errors;
  }

  /** `detail` is that of the first error, with the number of others. */
  static of(errors: readonly [FieldError, ...FieldError[]]): InvalidInput {
    const [first, ...others] = errors;
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    return new InvalidInput(`${first.detail}${more}`, errors);
  }
}

/** The resource does not exist, or belongs to another user. */
export class NotFound extends Problem {
  readonly status = 404;
  readonly title = 'Not found';
  constructor(detail = 'There is nothing at this address.') {
    super(detail);
  }
}

/** Any other refusal that HTTP itself has a status for: a body that is too large, a media type that is unknown. */
export class HttpProblem extends Problem {
  constructor(
    readonly status: number,
    readonly title: string,
    detail: string,
  ) {
    super(detail);
  }
}

/** Something that the service needs is unreachable or overloaded for now. */
export abstract class Unavailable extends Problem {
  /** What is unreachable or overloaded, as a label of metrics: one of a few words. */
  abstract readonly away: string;
  readonly status = 503;
  readonly title = 'Service unavailable';
  override readonly headers = { 'retry-after': '5' };
}
