import { Logger } from '@nestjs/common';
import type { FlowId } from '../../ground/config/wizard-flows.js';

/** Tells the operator, once for each wizard, that pages of another wizard post than the one that the deployment names. */
export class FlowHints {
  readonly #logger = new Logger('flows');
  readonly #noticed = new Set<FlowId>();

  constructor(private readonly deployment: FlowId) {
    this.#noticed.add(deployment);
    // Nothing that is posted tells the two wizards of six pages apart.
    if (deployment === 'six-intro') this.#noticed.add('six');
  }

  notice(learnt: FlowId): void {
    if (this.#noticed.has(learnt)) return;
    this.#noticed.add(learnt);
    this.#logger.warn(
      `The wizard ${learnt} posts here, but WIZARD_FLOW is ${this.deployment}: until their first post, its users are shown ` +
        `the page numbers of ${this.deployment}. Set WIZARD_FLOW=${learnt} if that is the wizard that you serve.`,
    );
  }
}
