import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { JsonObject } from '../../ground/problems/json.js';
import type { SnapshotPart } from '../database/record.js';
import type { Snapshot } from '../database/snapshot.js';
import type { Reads, UnitOfWork } from '../database/unit-of-work.js';
import { STEP_NUMBERS, stepDefinition, type StepNumber } from '../flow/steps.js';

/** Posted data that are fit to be saved. */
export interface Parsed {
  /** What the user should know about how the data were taken. */
  readonly warnings: readonly string[];
}

/**
 * What one step's data are, by the module that knows them. `progress` runs it inside its own transaction; everything but
 * `save` and `afterCommit` is pure.
 */
export interface StepHandler<P extends Parsed = Parsed, R extends Reads = Reads> {
  readonly step: StepNumber;
  /** What `view` reads. */
  readonly parts: readonly SnapshotPart<unknown>[];
  /** What `save` reads before it decides. */
  readonly reads?: R;
  /** Posted data, read once. @throws InvalidInput for what is wrong or missing; pointers start at `/data` */
  parse(data: JsonObject): P;
  /** Saves what was parsed. */
  save(parsed: P, data: UnitOfWork<R>): void;
  /** The step's saved data as clients read them; null when there are none. Never key material. */
  view(snapshot: Snapshot): JsonObject | null;
  /** What is done once the data are committed. Returns warnings, and must not fail. */
  afterCommit?(userId: string, parsed: P): Promise<readonly string[]>;
  /** Whether what is saved completes the step without posting it again; left out: when `parse` accepts it. */
  suffices?(saved: JsonObject | null): boolean;
  /** Whether the step counts as finished for every user, whatever its status. */
  isFinished?(): boolean;
}

/** A mistake in the application's wiring. */
class HandlerMissing extends Error {
  constructor(steps: readonly StepNumber[]) {
    const names = steps.map((step) => `step ${step} (${stepDefinition(step).key})`);
    super(`Without a handler: ${names.join(', ')}. The module that knows its data registers one with StepHandlers.`);
  }
}

/**
 * The handler of each step: modules register theirs when they are made. A step without one would take data and drop them, so the
 * application does not start.
 */
@Injectable()
export class StepHandlers implements OnModuleInit {
  readonly #handlers = new Map<StepNumber, StepHandler>();
  #finishedByDeployment: ReadonlySet<StepNumber> | null = null;
  #parts: readonly SnapshotPart<unknown>[] | null = null;

  /** @throws Error for a second handler of a step */
  register<P extends Parsed, R extends Reads>(handler: StepHandler<P, R>): void {
    const { number, key } = stepDefinition(handler.step);
    if (this.#handlers.has(number)) throw new Error(`Step ${number} (${key}) has two handlers: register one.`);
    // A handler is only ever given what it has parsed and read itself.
    this.#handlers.set(number, handler);
    this.#finishedByDeployment = null;
    this.#parts = null;
  }

  /** @throws HandlerMissing */
  onModuleInit(): void {
    const missing = STEP_NUMBERS.filter((step) => !this.#handlers.has(step));
    if (missing.length > 0) throw new HandlerMissing(missing);
  }

  /** @throws HandlerMissing */
  of(step: StepNumber): StepHandler {
    const handler = this.#handlers.get(step);
    if (!handler) throw new HandlerMissing([step]);
    return handler;
  }

  /** The steps that count as finished whatever their status: the deployment decides, and stays as it is while the process runs. */
  get finishedByDeployment(): ReadonlySet<StepNumber> {
    this.#finishedByDeployment ??= new Set(
      [...this.#handlers.values()].filter((handler) => handler.isFinished?.()).map(({ step }) => step),
    );
    return this.#finishedByDeployment;
  }

  /** What must be read to view the data of all steps. */
  get parts(): readonly SnapshotPart<unknown>[] {
    this.#parts ??= [...new Set(STEP_NUMBERS.flatMap((step) => this.of(step).parts))];
    return this.#parts;
  }
}
