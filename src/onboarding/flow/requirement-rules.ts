import { completing, posting, postingAll, SAVING_KEY, type Clearing } from './clearing.js';
import { ANALYSIS_DAYS, hasAddress, hasKey, unmetDemand, type OnboardingFacts } from './onboarding-facts.js';
import {
  analysisHasFailed,
  DAY_MS,
  found,
  latest,
  listed,
  malformedDocuments,
  ownSites,
  refusedKeys,
  uncheckedKeys,
  usesDeploymentKey,
  type AdviceList,
  type Finding,
} from './requirement-findings.js';
import { hasPlatforms, platformsWithoutPersona, uncoveredTypes } from './platforms.js';
import type { StepKey } from './steps.js';

/** What one code means. */
interface RuleOf<Code extends string> {
  readonly code: Code;
  /** The step that it belongs to. */
  readonly step: StepKey;
  /** `due` counts while the step is open and the flow demands it. The others count whenever they are found, and never block. */
  readonly list: 'due' | AdviceList;
  readonly title: string;
  readonly find: (facts: OnboardingFacts) => readonly Finding[];
  /** Of a step that no flow demands today: what is due where one does, and nothing else is found. */
  readonly dueWhereDemanded?: string;
  /** Each of them is enough. */
  readonly clears: readonly Clearing[];
}

/** Everything that a user may be told about what is missing, wrong or worth doing, in the order of the steps. */
const rules = [
  {
    code: 'api_key_missing',
    step: 'api_keys',
    list: 'due',
    title: 'An API key is missing',
    find: (facts) => found(!hasKey(facts, 'ai'), 'Add the API key of an AI provider, such as OpenAI or Google Gemini.'),
    clears: [...SAVING_KEY, ...posting('api_keys', 'api_keys')],
  },
  {
    code: 'api_keys_step_open',
    step: 'api_keys',
    list: 'due',
    title: 'The step of API keys is not completed',
    find: ({ keys }) =>
      found(
        keys.length > 0,
        'Your API keys are saved. Complete their step to go on.',
        latest(keys.map(({ savedAt }) => savedAt)),
      ),
    clears: completing('api_keys'),
  },
  {
    code: 'api_key_refused',
    step: 'api_keys',
    list: 'errors',
    title: 'An API key was refused',
    find: refusedKeys,
    clears: SAVING_KEY,
  },
  {
    code: 'api_key_unverified',
    step: 'api_keys',
    list: 'pending_verification',
    title: 'An API key is not checked yet',
    find: uncheckedKeys,
    clears: [{ method: 'POST', path: 'api-keys/validate', pointer: null }],
  },
  {
    code: 'api_key_of_deployment',
    step: 'api_keys',
    list: 'recommended',
    title: 'A shared API key is used',
    find: (facts) =>
      found(
        usesDeploymentKey(facts),
        'You use the key that this product shares among its users. With a key of your own you have its limits to yourself.',
      ),
    clears: SAVING_KEY,
  },
  {
    code: 'research_key_missing',
    step: 'api_keys',
    list: 'recommended',
    title: 'A key for research is missing',
    find: (facts) =>
      found(!hasKey(facts, 'research'), 'Add the API key of a research provider, such as Tavily or Exa.'),
    clears: SAVING_KEY,
  },
  {
    code: 'website_missing',
    step: 'website',
    list: 'due',
    title: 'A website is missing',
    find: (facts) =>
      found(
        unmetDemand('website', facts) !== null,
        'Enter the address of your website, or describe your business, or connect a platform.',
      ),
    clears: posting('website', 'website', 'businessData', 'integrations'),
  },
  {
    code: 'website_step_open',
    step: 'website',
    list: 'due',
    title: 'The step of the website is not completed',
    find: (facts) =>
      found(
        unmetDemand('website', facts) === null,
        'What you entered about your website is saved. Complete its step to go on.',
        facts.website?.changedAt,
      ),
    clears: completing('website'),
  },
  {
    code: 'website_analysis_missing',
    step: 'website',
    list: 'recommended',
    title: 'The website is not analysed',
    find: (facts) =>
      found(
        hasAddress(facts) && !facts.hasAnalysis && !analysisHasFailed(facts),
        'Analyse your website, so that AI features can write as it does.',
        facts.website?.changedAt,
      ),
    clears: posting('website', 'analysis'),
  },
  {
    code: 'website_analysis_failed',
    step: 'website',
    list: 'errors',
    title: 'The analysis of the website failed',
    find: (facts) =>
      found(
        analysisHasFailed(facts),
        'The analysis of your website failed. Run it again.',
        facts.website?.changedAt,
        '/data/analysis/status',
      ),
    clears: posting('website', 'analysis/status'),
  },
  {
    code: 'website_analysis_old',
    step: 'website',
    list: 'recommended',
    title: 'The analysis of the website is old',
    find: (facts) => {
      const changedAt = facts.analysisUnchangedSince;
      const oldAt = changedAt && new Date(changedAt.getTime() + ANALYSIS_DAYS * DAY_MS);
      return found(
        facts.hasAnalysis && !analysisHasFailed(facts) && oldAt !== null && oldAt <= facts.now,
        `The analysis of your website has not changed for ${ANALYSIS_DAYS} days. Run it again.`,
        oldAt,
      );
    },
    clears: posting('website', 'analysis'),
  },
  {
    code: 'research_missing',
    step: 'research',
    list: 'due',
    title: 'Research is missing',
    find: (facts) =>
      found(
        unmetDemand('research', facts) !== null,
        'Run the research on your competitors, or choose how research is to be done.',
      ),
    clears: posting('research', 'competitors', 'researchSummary', 'sitemapAnalysis', 'research_depth'),
  },
  {
    code: 'research_step_open',
    step: 'research',
    list: 'due',
    title: 'The step of research is not completed',
    find: (facts) =>
      found(
        unmetDemand('research', facts) === null,
        'Your research is saved. Complete its step to go on.',
        facts.research?.changedAt ?? facts.competitorsChangedAt,
      ),
    clears: completing('research'),
  },
  {
    code: 'research_older_than_website',
    step: 'research',
    list: 'recommended',
    title: 'The research is older than the website',
    find: ({ research, competitors, websiteSince }) =>
      found(
        (research !== null || competitors.length > 0) && websiteSince.research.isDifferent,
        'Your website has changed since the research was done. Run it again.',
        websiteSince.research.changedAt,
      ),
    clears: posting('research', 'competitors', 'researchSummary', 'sitemapAnalysis'),
  },
  {
    code: 'competitors_missing',
    step: 'research',
    list: 'recommended',
    title: 'Competitors are missing',
    find: ({ competitors, competitorsChangedAt }) =>
      found(competitors.length === 0, 'Find your competitors, or enter them.', competitorsChangedAt),
    clears: posting('research', 'competitors'),
  },
  {
    code: 'competitor_is_own_site',
    step: 'research',
    list: 'errors',
    title: 'A competitor is your own website',
    find: ownSites,
    clears: posting('research', 'competitors'),
  },
  {
    code: 'content_types_uncovered',
    step: 'research',
    list: 'recommended',
    title: 'Some content has no platform',
    find: (facts) => {
      const types = uncoveredTypes(facts);
      return found(
        types.length > 0,
        `Research asks for ${listed(types)}, but neither the analysis of your website nor your persona has a platform for that.`,
        facts.research?.changedAt,
        '/data/content_types',
      );
    },
    clears: [...posting('research', 'content_types'), ...postingAll('personalization')],
  },
  {
    code: 'persona_missing',
    step: 'personalization',
    list: 'recommended',
    title: 'A persona is missing',
    find: (facts) =>
      found(unmetDemand('personalization', facts) !== null, 'Create the persona that your content is written in.'),
    dueWhereDemanded: 'Your persona is saved. Complete its step to go on.',
    clears: postingAll('personalization'),
  },
  {
    code: 'persona_older_than_website',
    step: 'personalization',
    list: 'recommended',
    title: 'The persona is older than the website',
    find: ({ persona, websiteSince }) =>
      found(
        persona !== null && websiteSince.persona.isDifferent,
        'Your website has changed since the persona was made. Create it again.',
        websiteSince.persona.changedAt,
      ),
    clears: postingAll('personalization'),
  },
  {
    code: 'platform_without_persona',
    step: 'personalization',
    list: 'recommended',
    title: 'A platform has no persona',
    find: ({ persona }) => {
      const platforms = platformsWithoutPersona(persona?.values ?? {});
      return found(
        platforms.length > 0,
        `You have chosen ${listed(platforms)}, but there is no persona for that.`,
        persona?.changedAt,
        '/data/selectedPlatforms',
      );
    },
    clears: postingAll('personalization'),
  },
  {
    code: 'integrations_missing',
    step: 'integrations',
    list: 'recommended',
    title: 'No platform is connected',
    find: (facts) => found(!hasPlatforms(facts), 'Connect the platforms that you publish on.'),
    dueWhereDemanded: 'Your platforms are saved. Complete their step to go on.',
    clears: posting('integrations', 'integrations'),
  },
  {
    code: 'document_malformed',
    step: 'website',
    list: 'errors',
    title: 'Saved data have a wrong type',
    find: malformedDocuments,
    clears: [],
  },
  {
    code: 'final_step_open',
    step: 'complete',
    list: 'due',
    title: 'Onboarding is not completed',
    find: () => found(true, 'Everything that is needed is there. Complete your onboarding.'),
    clears: [{ method: 'POST', path: 'complete', pointer: null }],
  },
] as const satisfies readonly RuleOf<string>[];

export type RequirementCode = (typeof rules)[number]['code'];

export type Rule = RuleOf<RequirementCode>;

export const RULES: readonly Rule[] = rules;

export const REQUIREMENT_CODES = RULES.map(({ code }) => code);
