import { FLOW_IDS, type FlowId } from '../../ground/config/wizard-flows.js';
import type { JsonObject } from '../../ground/problems/json.js';
import { wholeSnapshotOf, type Snapshot } from '../database/snapshot.js';
import type { Reads, UnitOfWork } from '../database/unit-of-work.js';
import type { RememberedFlow } from '../flow/flow-choice.js';
import { refuseUnmet, StepNotFound } from '../flow/flow.problems.js';
import { canonicalStep, FLOWS } from '../flow/flows.js';
import { unmetDemand } from '../flow/onboarding-facts.js';
import type { StepKey } from '../flow/steps.js';
import type { Terms } from '../flow/terms.js';
import { onboardingTypeOf, WizardPost, type PostReading } from '../flow/wizard-post.js';
import type { Deployment } from './deployment.js';
import { SavedFacts } from './saved-facts.js';
import type { StepHandler, StepHandlers } from './step-handler.js';
import { Submission } from './submission.js';

/** The request, and where its steps and numbers come from. */
export interface PostedStepOptions {
  readonly handlers: StepHandlers;
  readonly number: number;
  /** Null: what is saved must be enough. */
  readonly posted: JsonObject | null;
  readonly terms: Terms;
  readonly deployment: Deployment;
}

/** The step that is meant, and its data: parsed, or null where none were posted. */
export interface ChosenStep {
  /** The wizard that posts like that; null: several do. */
  readonly learnt: FlowId | null;
  readonly handler: StepHandler;
  readonly submission: Submission | null;
}

/**
 * A request to complete the step of a number. Which step that is may depend on the wizard that the user was last seen with, which is
 * known only behind the lock. So the data are parsed before, for every step that may be meant, and one of them is chosen there.
 */
export class PostedStep {
  readonly #post: WizardPost;
  readonly #submissions: ReadonlyMap<StepKey, () => Submission | null>;

  constructor(private readonly options: PostedStepOptions) {
    const { handlers, number, posted } = options;
    this.#post = new WizardPost(number, posted ?? {}, handlers.keys);
    this.#submissions = new Map(this.#steps().map((step) => [step, this.#parse(step)]));
  }

  /** Whether no wizard has a step of this number. */
  get isUnknown(): boolean {
    return this.#submissions.size === 0;
  }

  /** What the work reads before it chooses. */
  get reads(): Reads {
    const handlers = this.#handlers;
    if (this.options.posted) return Object.assign({}, ...handlers.map(({ reads }) => reads)) as Reads;
    const [first] = handlers;
    const parts = handlers.length === 1 && first ? first.parts : distinct(handlers.flatMap((handler) => handler.parts));
    return { saved: wholeSnapshotOf(parts) };
  }

  /** Behind the lock: which step is meant. What the post tells about the wizard is learnt. @throws StepNotFound, InvalidInput */
  choose(data: UnitOfWork): ChosenStep {
    const { step, flow } = this.#read(data.session.progress.flow);
    if (!step) throw new StepNotFound(data.flow);
    data.learn({ flow, onboardingType: onboardingTypeOf(this.options.posted ?? {}) });
    const handler = this.options.handlers.of(step);
    const submission = this.#submissions.get(step)?.() ?? null;
    // Without data, what is saved must be enough.
    if (!submission) refuseUnmet(unmetDemand(step, this.#saved(data)), this.#name);
    return { handler, submission, learnt: flow };
  }

  #saved(data: UnitOfWork): SavedFacts {
    return new SavedFacts(data.read['saved'] as Snapshot, this.options.deployment, data.now);
  }

  #read(remembered: RememberedFlow | null): PostReading {
    const { number, terms, deployment } = this.options;
    if (terms.numbers !== 'wizard') return { step: canonicalStep(number), flow: null };
    if (terms.flow) return { step: FLOWS[terms.flow].keyOf(number), flow: null };
    return this.#post.read({ remembered, deployment: deployment.wizard });
  }

  /** Every step that may be meant. */
  #steps(): readonly StepKey[] {
    const remembered = FLOW_IDS.map((id): RememberedFlow => ({ id, source: 'learnt' }));
    const steps = [null, ...remembered].map((flow) => this.#read(flow).step);
    return distinct(steps.filter((step) => step !== null));
  }

  /** The parsed data, or what is wrong with them for this step, once it is known to be the one that is meant. */
  #parse(step: StepKey): () => Submission | null {
    const { handlers, posted } = this.options;
    if (!posted) return () => null;
    try {
      const submission = Submission.parse(handlers, step, posted, this.#name);
      return () => submission;
    } catch (error) {
      return () => {
        throw error;
      };
    }
  }

  get #name(): string {
    return `Step ${this.options.number}`;
  }

  get #handlers(): readonly StepHandler[] {
    return [...this.#submissions.keys()].map((step) => this.options.handlers.of(step));
  }
}

const distinct = <T>(items: readonly T[]): readonly T[] => [...new Set(items)];
