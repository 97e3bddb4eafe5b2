import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Flow } from '../flow/flow.js';
import { STEP_KEYS, type StepKey } from '../flow/steps.js';
import { OF_EVERY_PAGE } from '../flow/wizard-post.js';
import type { Parsed, StepHandler, StepHandlers } from './step-handler.js';

/** One step's share of a submission. */
interface Share {
  readonly handler: StepHandler;
  readonly parsed: Parsed;
}

/** What was posted with a step, parsed: the step's own data, and sections of other steps, each for the table that it belongs to. */
export class Submission {
  private constructor(
    private readonly shares: readonly Share[],
    private readonly hasMisplacedKeys: boolean,
  ) {}

  /**
   * @param name the step as the user's wizard numbers it, such as `Step 2`
   * @throws InvalidInput for what is wrong anywhere, or missing of the step itself
   */
  static parse(handlers: StepHandlers, step: StepKey, data: JsonObject, name: string): Submission {
    const handler = handlers.of(step);
    const { own, sections } = splitSections(handler, handlers.withSections, data);
    const shares: Share[] = [{ handler, parsed: handler.parse(own, name) }];
    for (const [other, section] of sections) {
      const parsed = other.section?.parse(section);
      if (parsed) shares.push({ handler: other, parsed });
    }
    return new Submission(shares, step !== 'api_keys' && hasKeys(data));
  }

  /** What the user should know about how the data were taken. */
  warnings(flow: Flow): readonly string[] {
    const warnings = this.shares.flatMap(({ parsed }) => parsed.warnings);
    return this.hasMisplacedKeys ? [...warnings, misplacedKeysWarning(flow)] : warnings;
  }

  save(data: UnitOfWork): void {
    for (const { handler, parsed } of this.shares) handler.save(parsed, data);
  }

  /** Returns warnings. */
  async afterCommit(userId: string): Promise<readonly string[]> {
    const warnings: string[] = [];
    for (const { handler, parsed } of this.shares)
      warnings.push(...((await handler.afterCommit?.(userId, parsed)) ?? []));
    return warnings;
  }
}

/** The sections of a submission: which of the posted keys other steps save. */
interface Split {
  readonly own: JsonObject;
  readonly sections: ReadonlyMap<StepHandler, JsonObject>;
}

/**
 * Each key goes to the step that saves it. One that the posted step saves stays with it, as does one that no step knows: nothing that
 * the user entered is lost. Of several others that save a key it goes to those that take it from every post, or else to the nearest
 * before the posted one: in what the wizard has gathered, a later page's value replaces an earlier one's.
 */
export function splitSections(handler: StepHandler, handlers: readonly StepHandler[], data: JsonObject): Split {
  const others = handlers.filter(({ step }) => step !== handler.step);
  const given = new Map<StepHandler, string[]>();
  const moved = new Set<string>();
  for (const key of Object.keys(data)) {
    if (OF_EVERY_PAGE.includes(key)) continue;
    const takers = others.filter(({ section }) => section?.keys.has(key));
    const sharing = takers.filter(({ section }) => section?.shared?.has(key));
    const isOwn = handler.keys.has(key);
    const receivers = isOwn || sharing.length > 0 ? sharing : nearest(takers, handler.step);
    if (!isOwn && receivers.length > 0) moved.add(key);
    for (const receiver of receivers) given.set(receiver, [...(given.get(receiver) ?? []), key]);
  }
  // From entries, since an assignment to `__proto__` would set no key.
  const pick = (keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, data[key]]));
  return {
    own: moved.size === 0 ? data : pick(Object.keys(data).filter((key) => !moved.has(key))),
    sections: new Map([...given].map(([taker, keys]) => [taker, pick(keys)])),
  };
}

/** The last of them before a step, or else the first; none of none. */
function nearest(handlers: readonly StepHandler[], step: StepKey): readonly StepHandler[] {
  const place = (key: StepKey) => STEP_KEYS.indexOf(key);
  const found = handlers.findLast((handler) => place(handler.step) < place(step)) ?? handlers[0];
  return found ? [found] : [];
}

/** Keys of providers are saved, sealed, from their own page alone. */
function hasKeys(data: JsonObject): boolean {
  return !isEmpty(data['api_keys']) || !isEmpty(data['apiKeys']);
}

/** Whether a value says nothing. */
function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) ? Object.keys(value).length === 0 : value === undefined || value === null;
}

/** Another page that gets keys ignores them, and says so. */
function misplacedKeysWarning(flow: Flow): string {
  const number = flow.numberOf('api_keys');
  const place = number === null ? 'API keys are no part of this step' : `API keys belong to step ${number}`;
  return `${place}: those sent with this step were not saved.`;
}
