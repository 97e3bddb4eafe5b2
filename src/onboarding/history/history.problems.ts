import { NotFound, Problem, type ProblemBody } from '../../ground/problems/problem.js';

/** The user's onboarding has never had this revision. */
export class RevisionNotFound extends NotFound {
  constructor() {
    super('Your onboarding has no such revision.');
  }
}

/** The service no longer keeps the progress or the data of this revision. */
export class RevisionGone extends Problem {
  readonly status = 410;
  readonly title = 'No longer kept';

  /** @param oldest the earliest position at which all of it is kept */
  constructor(private readonly oldest: string) {
    super(`What was there then is no longer kept. The oldest position that can be had is ${oldest}.`);
  }

  override toBody(): ProblemBody {
    return { ...super.toBody(), oldest_position: this.oldest };
  }
}
