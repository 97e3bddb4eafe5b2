import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Snapshot, SnapshotTable } from '../database/snapshot.js';
import type { Reads, UnitOfWork } from '../database/unit-of-work.js';
import type { JsonObject } from '../../ground/problems/json.js';
import type { FieldError } from '../../ground/problems/problem.js';
import { STEP_NUMBERS, stepDefinition, type StepNumber } from '../flow/steps.js';

/**
 * What one step's data are, by the module that knows them. `progress` runs it inside its own transaction; everything but
 * `save` is pure.
 */
export interface StepHandler {
  readonly step: StepNumber;
  /** What `view` needs to be read. */
  readonly tables: readonly SnapshotTable[];
  /** What `save` needs to know of what is stored. */
  readonly reads?: Reads;
  /** Providers that the step can be finished with, for those who ask what there is. */
  readonly providers?: readonly string[];
  /** What is wrong with posted data, or missing from them; pointers start at `/data`. */
  check(data: JsonObject): readonly FieldError[];
  /** Saves data that passed the check. */
  save(data: JsonObject, unitOfWork: UnitOfWork): void;
  /** The step's saved data as the client reads them, null when there are none. Never key material. */
  view(snapshot: Snapshot): JsonObject | null;
  /** What is to be done once the data are stored for good; what it returns are warnings, as below. It must not fail. */
  stored?(userId: string, data: JsonObject): Promise<readonly string[]>;
  /** What the user should know about how the data were taken. */
  warnings?(data: JsonObject): readonly string[];
  /** Whether what is saved completes the step without posting it again; left out: when it passes the check. */
  suffices?(saved: JsonObject | null): boolean;
  /** Whether the step counts as finished for every user, whatever its status. */
  isFinished?(): boolean;
}

/** A mistake in how the application is put together. */
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
  #finishedElsewhere: ReadonlySet<StepNumber> | null = null;

  /** @throws Error for a second handler of a step */
  register(handler: StepHandler): void {
    const { number, key } = stepDefinition(handler.step);
    if (this.#handlers.has(number)) throw new Error(`Step ${number} (${key}) has two handlers: register one.`);
    this.#handlers.set(number, handler);
    this.#finishedElsewhere = null;
  }

  /** @throws HandlerMissing */
  onModuleInit(): void {
    const missing = STEP_NUMBERS.filter((step) => !this.#handlers.has(step));
    if (missing.length > 0) throw new HandlerMissing(missing);
  }

  of(step: StepNumber): StepHandler {
    const handler = this.#handlers.get(step);
    if (!handler) throw new HandlerMissing([step]);
    return handler;
  }

  /** The steps that count as finished whatever their status: a matter of the deployment, which stays as it is. */
  get finishedElsewhere(): ReadonlySet<StepNumber> {
    this.#finishedElsewhere ??= new Set(
      [...this.#handlers.values()].filter((handler) => handler.isFinished?.()).map(({ step }) => step),
    );
    return this.#finishedElsewhere;
  }

  /** What must be read to view the data of these steps. */
  tables(steps: readonly StepNumber[]): readonly SnapshotTable[] {
    return [...new Set(steps.flatMap((step) => this.of(step).tables))];
  }
}
