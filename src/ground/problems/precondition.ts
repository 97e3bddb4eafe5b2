import { Problem } from './problem.js';

/** Somebody else has changed the resource since the caller read it. Nothing is saved. */
export class PreconditionFailed extends Problem {
  readonly status = 412;
  readonly title = 'Precondition failed';
  constructor() {
    super('Your onboarding was changed elsewhere in the meantime. Please load it again; nothing of this was saved.');
  }
}

/** A write's condition: its resource is still in one of the states that the caller names (RFC 9110, 13.1.1). */
export class Precondition {
  constructor(private readonly tags: ReadonlySet<string>) {}

  /** @throws PreconditionFailed unless `tag` is one of them; `*` holds for every state */
  check(tag: string): void {
    if (!this.tags.has('*') && !this.tags.has(tag)) throw new PreconditionFailed();
  }
}
