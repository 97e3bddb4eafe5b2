import type { FlowId } from '../../ground/config/wizard-flows.js';
import { isJsonObject, type JsonObject } from '../../ground/problems/json.js';
import { InvalidInput } from '../../ground/problems/problem.js';
import { flowInUse, type RememberedFlow } from './flow-choice.js';
import { FLOWS } from './flows.js';
import type { StepKey } from './steps.js';

/** Which keys of posted data belong to a step. */
export type KeysOfSteps = ReadonlyMap<StepKey, ReadonlySet<string>>;

/** Which step a post completes, and what it tells about the wizard that sent it. */
export interface PostReading {
  /** Null: the wizard has no step of that number. */
  readonly step: StepKey | null;
  /** The wizard whose pages post like that; null: several do. */
  readonly flow: FlowId | null;
}

/** What is known besides the post. */
export interface PostContext {
  readonly remembered: RememberedFlow | null;
  readonly deployment: FlowId;
}

/** Whether a value says something: the wizard posts empty ones before its own work is done. */
const isPosted = (value: unknown) => value !== undefined && value !== null && value !== '';

const PERSONA = ['corePersona', 'platformPersonas', 'core_persona', 'platform_personas'];
const WEBSITE_PAGE = ['website', 'website_url', 'businessData', 'analysis', 'integrations'];
const FINDINGS = ['competitors', 'researchSummary', 'sitemapAnalysis', 'growth_summary'];
/** Each page adds these to its data; they say nothing about which page it is. */
export const OF_EVERY_PAGE: readonly string[] = ['stepType', 'completedAt', 'onboarding_type'];

/**
 * A post of a wizard's page: a number, and data. Generations of the wizard number their pages in different ways, so the content
 * decides which step is meant, where it can (`docs/architecture.md`, Flows).
 */
export class WizardPost {
  readonly #has: (key: string) => boolean;
  readonly #hasAny: (keys: readonly string[]) => boolean;
  readonly #belongs = new Map<StepKey, boolean>();

  constructor(
    readonly number: number,
    private readonly data: JsonObject,
    private readonly keys: KeysOfSteps,
  ) {
    this.#has = (key) => isPosted(data[key]);
    this.#hasAny = (all) => all.some(this.#has);
  }

  /** Which step is meant; in order, the first rule that fits. */
  read(context: PostContext): PostReading {
    return (
      this.#byContent(context) ?? {
        step: FLOWS[flowInUse(context.remembered, context.deployment)].keyOf(this.number),
        flow: null,
      }
    );
  }

  #byContent(context: PostContext): PostReading | null {
    switch (this.number) {
      case 1:
        return this.#firstPage();
      case 2:
        if (this.#isResearch() && mayBeShort(this, context)) return { step: 'research', flow: this.#short };
        return this.#isOf('website') ? { step: 'website', flow: 'six' } : null;
      case 3:
        if (this.#isPersona() && mayBeShort(this, context)) return { step: 'personalization', flow: this.#short };
        return this.#isOf('research') ? { step: 'research', flow: 'six' } : null;
      case 4:
        if (this.#hasAny(PERSONA)) return { step: 'personalization', flow: 'six' };
        return this.#isIntegrationsAlone() ? { step: 'integrations', flow: 'five' } : null;
      case 5:
        return this.#isOf('integrations') ? { step: 'integrations', flow: 'six' } : null;
      default:
        return null;
    }
  }

  #firstPage(): PostReading | null {
    const keys = this.data['api_keys'];
    if (isJsonObject(keys) && Object.keys(keys).length > 0) return { step: 'api_keys', flow: 'six' };
    if (this.hasType) return { step: 'website', flow: 'four' };
    return this.#hasAny(WEBSITE_PAGE) ? { step: 'website', flow: 'five' } : null;
  }

  /** `onboarding_type`, which only the shortest wizard posts, with every page. */
  get hasType(): boolean {
    return this.#has('onboarding_type');
  }

  get #short(): FlowId {
    return this.hasType ? 'four' : 'five';
  }

  /** The research page, and not a website page whose data were gathered together with older findings. */
  #isResearch(): boolean {
    if (!this.#isOf('research')) return false;
    if (['research', 'linkedin_research'].includes(this.data['stepType'] as string)) return true;
    const isFreshWebsite = this.#has('crawlResult') && !this.#has('analysisTimestamp');
    return this.#hasAny(FINDINGS) && !isFreshWebsite;
  }

  #isPersona(): boolean {
    return this.#hasAny(PERSONA) && this.data['stepType'] === 'personalization';
  }

  #isIntegrationsAlone(): boolean {
    const keys = Object.keys(this.data).filter((key) => this.#has(key) && !OF_EVERY_PAGE.includes(key));
    return keys.length === 1 && keys[0] === 'integrations';
  }

  /** Whether some of the data belong to the step. Found once: the same post is read for each wizard that may have sent it. */
  #isOf(step: StepKey): boolean {
    let isOf = this.#belongs.get(step);
    if (isOf === undefined) {
      const keys = this.keys.get(step);
      isOf = Object.keys(this.data).some((key) => keys?.has(key) && this.#has(key) && !OF_EVERY_PAGE.includes(key));
      this.#belongs.set(step, isOf);
    }
    return isOf;
  }
}

/**
 * Whether numbers 2 and 3 may be those of a wizard without a first page for keys. Where nothing but the content says so, an old
 * wizard's button that posts old data again would be misread.
 */
function mayBeShort(post: WizardPost, { remembered, deployment }: PostContext): boolean {
  const isSix = (id: FlowId) => id === 'six' || id === 'six-intro';
  return post.hasType || !isSix(flowInUse(remembered, deployment)) || !isSix(deployment);
}

const MAX_TYPE_LENGTH = 100;

/** What is onboarded, as a post says it; null: it does not say. @throws InvalidInput */
export function onboardingTypeOf(data: JsonObject): string | null {
  const type = data['onboarding_type'] ?? '';
  if (typeof type === 'string' && type.length <= MAX_TYPE_LENGTH) return type || null;
  const detail = `onboarding_type must be a text of at most ${MAX_TYPE_LENGTH} characters.`;
  throw InvalidInput.of([{ pointer: '/data/onboarding_type', detail }]);
}
