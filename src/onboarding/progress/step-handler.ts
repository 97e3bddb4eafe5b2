import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { JsonObject } from '../../ground/problems/json.js';
import type { SnapshotPart } from '../database/record.js';
import type { Snapshot } from '../database/snapshot.js';
import type { Reads, UnitOfWork } from '../database/unit-of-work.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';
import type { KeysOfSteps } from '../flow/wizard-post.js';

/** Posted data that are fit to be saved. */
export interface Parsed {
  /** What the user should know about how the data were taken. */
  readonly warnings: readonly string[];
}

/** A step's data among those of another step: the wizard posts what it has gathered so far. */
export interface Section<P> {
  /** Those of the step's keys that say what they are wherever they stand. */
  readonly keys: ReadonlySet<string>;
  /** Those of them that it saves even where they are part of the other step's data, too. */
  readonly shared?: ReadonlySet<string>;
  /**
   * Null: there is nothing to save. The checks are those of the step's own page, but nothing is demanded, and empty values leave what
   * is saved. @throws InvalidInput
   */
  parse(data: JsonObject): P | null;
}

/**
 * What one step's data are, by the module that knows them. `progress` runs it inside its own transaction; everything but
 * `save` and `afterCommit` is pure.
 */
export interface StepHandler<P extends Parsed = Parsed, R extends Reads = Reads> {
  readonly step: StepKey;
  /** The keys of posted data that the step saves in a place of their own. */
  readonly keys: ReadonlySet<string>;
  /** What `view` reads. */
  readonly parts: readonly SnapshotPart<unknown>[];
  /** What `save` reads before it decides. */
  readonly reads?: R;
  /** Left out: the step's data are taken from its own page alone. */
  readonly section?: Section<P>;
  /**
   * Posted data, read once. @throws InvalidInput for what is wrong or missing; pointers start at `/data`
   * @param name the step as the user's wizard numbers it, such as `Step 2`
   */
  parse(data: JsonObject, name: string): P;
  /** Saves what was parsed. */
  save(parsed: P, data: UnitOfWork<R>): void;
  /** The step's saved data as clients read them; null when there are none. Never key material. */
  view(snapshot: Snapshot): JsonObject | null;
  /** What is done once the data are committed. Returns warnings, and must not fail. */
  afterCommit?(userId: string, parsed: P): Promise<readonly string[]>;
}

/** A mistake in the application's wiring. */
class HandlerMissing extends Error {
  constructor(steps: readonly StepKey[]) {
    super(
      `Steps without a handler: ${steps.join(', ')}. The module that knows a step's data registers one with StepHandlers.`,
    );
  }
}

/**
 * The handler of each step: modules register theirs when they are made. A step without one would take data and drop them, so the
 * application does not start.
 */
@Injectable()
export class StepHandlers implements OnModuleInit {
  readonly #handlers = new Map<StepKey, StepHandler>();
  #parts: readonly SnapshotPart<unknown>[] | null = null;
  #keys: KeysOfSteps | null = null;
  #withSections: readonly StepHandler[] | null = null;

  /** @throws Error for a second handler of a step */
  register<P extends Parsed, R extends Reads>(handler: StepHandler<P, R>): void {
    const { step } = handler;
    if (this.#handlers.has(step)) throw new Error(`The step ${step} has two handlers: register one.`);
    // A handler is only ever given what it has parsed and read itself.
    this.#handlers.set(step, handler);
  }

  /** @throws HandlerMissing */
  onModuleInit(): void {
    const missing = STEP_KEYS.filter((step) => !this.#handlers.has(step));
    if (missing.length > 0) throw new HandlerMissing(missing);
  }

  /** @throws HandlerMissing */
  of(step: StepKey): StepHandler {
    const handler = this.#handlers.get(step);
    if (!handler) throw new HandlerMissing([step]);
    return handler;
  }

  /** Those that save their data from other steps' posts, too. */
  get withSections(): readonly StepHandler[] {
    this.#withSections ??= STEP_KEYS.map((step) => this.of(step)).filter(({ section }) => section !== undefined);
    return this.#withSections;
  }

  /** Which keys of posted data each step saves in a place of their own. */
  get keys(): KeysOfSteps {
    this.#keys ??= new Map(STEP_KEYS.map((step) => [step, this.of(step).keys]));
    return this.#keys;
  }

  /** What must be read to view the data of all steps. */
  get parts(): readonly SnapshotPart<unknown>[] {
    this.#parts ??= [...new Set(STEP_KEYS.flatMap((step) => this.of(step).parts))];
    return this.#parts;
  }
}
