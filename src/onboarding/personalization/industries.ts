/** Defaults for users of an industry, used only where the user's own data have no value. */
export interface Industry {
  readonly name: string;
  /** Other names, in lower case. */
  readonly synonyms: readonly string[];
  readonly keywords: readonly string[];
  /** Widely read publications and sites of the industry, by domain. */
  readonly sites: readonly string[];
  readonly topics: readonly string[];
}

export const GENERAL: Industry = {
  name: 'general',
  synonyms: [],
  keywords: ['industry insights', 'best practices', 'how-to guide', 'case study', 'trends'],
  // Without an industry there are no competitors to name.
  sites: [],
  topics: ['Industry trends', 'Best practices', 'Frequently asked questions'],
};

/**
 * Source: compiled by hand from the sections and category pages of the publications listed under `sites`, each of which exists
 * under that domain and covers the industry; the keywords are the generic terms of those categories, without figures.
 */
export const INDUSTRIES: readonly Industry[] = [
  {
    name: 'technology',
    synonyms: [
      'tech',
      'it',
      'information technology',
      'software',
      'software development',
      'artificial intelligence',
      'ai',
    ],
    keywords: [
      'artificial intelligence',
      'cloud computing',
      'cybersecurity',
      'software development',
      'automation',
      'data privacy',
    ],
    sites: ['techcrunch.com', 'theverge.com', 'wired.com', 'arstechnica.com', 'zdnet.com'],
    topics: ['New tools and what they change', 'Security for everybody', 'Building against buying'],
  },
  {
    name: 'marketing',
    synonyms: [
      'digital marketing',
      'advertising',
      'content marketing',
      'public relations',
      'seo',
      'social media marketing',
    ],
    keywords: [
      'content marketing',
      'email marketing',
      'search engine optimization',
      'social media strategy',
      'lead generation',
      'brand awareness',
    ],
    sites: ['contentmarketinginstitute.com', 'hubspot.com', 'searchengineland.com', 'marketingweek.com', 'adweek.com'],
    topics: ['Campaigns that worked and why', 'Measuring what matters', 'Writing for search and for people'],
  },
  {
    name: 'e-commerce',
    synonyms: ['ecommerce', 'e commerce', 'retail', 'online retail', 'online shop', 'online store', 'shop', 'shopping'],
    keywords: [
      'online store',
      'conversion rate',
      'product pages',
      'customer reviews',
      'shipping and returns',
      'abandoned carts',
    ],
    sites: ['shopify.com', 'practicalecommerce.com', 'digitalcommerce360.com', 'modernretail.co', 'retaildive.com'],
    topics: ['From visit to purchase', 'Seasons and campaigns', 'Service that brings customers back'],
  },
  {
    name: 'finance',
    synonyms: ['financial services', 'banking', 'fintech', 'investing', 'investment', 'insurance', 'accounting'],
    keywords: ['personal finance', 'investing', 'budgeting', 'retirement planning', 'taxes', 'risk management'],
    sites: ['ft.com', 'bloomberg.com', 'investopedia.com', 'nerdwallet.com', 'forbes.com'],
    topics: ['Explaining money plainly', 'Rules and what they mean', 'Planning ahead'],
  },
  {
    name: 'health',
    synonyms: ['healthcare', 'health care', 'medical', 'medicine', 'wellness', 'fitness', 'nutrition', 'mental health'],
    keywords: ['healthy habits', 'nutrition', 'mental health', 'exercise', 'prevention', 'patient care'],
    sites: ['healthline.com', 'webmd.com', 'mayoclinic.org', 'verywellhealth.com', 'medicalnewstoday.com'],
    topics: ['Everyday habits', 'Questions patients ask', 'What the evidence says'],
  },
  {
    name: 'education',
    synonyms: [
      'edtech',
      'e-learning',
      'elearning',
      'online learning',
      'teaching',
      'training',
      'higher education',
      'school',
    ],
    keywords: [
      'online courses',
      'learning strategies',
      'teaching methods',
      'student engagement',
      'career skills',
      'certification',
    ],
    sites: ['edsurge.com', 'chronicle.com', 'edutopia.org', 'insidehighered.com', 'khanacademy.org'],
    topics: ['Learning that lasts', 'Tools for teachers', 'From course to career'],
  },
  {
    name: 'travel',
    synonyms: ['tourism', 'hospitality', 'hotels', 'hotel', 'travel and tourism', 'leisure'],
    keywords: [
      'travel guide',
      'itinerary',
      'budget travel',
      'where to stay',
      'local experiences',
      'sustainable travel',
    ],
    sites: ['lonelyplanet.com', 'skift.com', 'tripadvisor.com', 'cntraveler.com', 'travelandleisure.com'],
    topics: ['Places off the beaten track', 'Planning a trip', 'Seasons and events'],
  },
  {
    name: 'food',
    synonyms: ['food and beverage', 'food & beverage', 'restaurant', 'restaurants', 'cooking', 'recipes', 'catering'],
    keywords: [
      'recipes',
      'seasonal ingredients',
      'meal planning',
      'restaurant guide',
      'healthy eating',
      'cooking techniques',
    ],
    sites: ['bonappetit.com', 'eater.com', 'seriouseats.com', 'allrecipes.com', 'foodandwine.com'],
    topics: ['Seasonal cooking', 'The people behind the kitchen', 'Techniques step by step'],
  },
  {
    name: 'real estate',
    synonyms: ['realestate', 'real-estate', 'property', 'housing', 'realty', 'property management'],
    keywords: ['homes for sale', 'mortgage', 'home buying', 'property investment', 'market report', 'home staging'],
    sites: ['zillow.com', 'realtor.com', 'inman.com', 'housingwire.com', 'therealdeal.com'],
    topics: ['Buying a first home', 'Reading the local market', 'Preparing a sale'],
  },
  {
    name: 'software-as-a-service',
    synonyms: ['saas', 'software as a service', 'b2b saas', 'b2b software', 'cloud software', 'subscription software'],
    keywords: [
      'customer onboarding',
      'product-led growth',
      'churn',
      'free trial',
      'integrations',
      'subscription pricing',
    ],
    sites: ['saastr.com', 'producthunt.com', 'g2.com', 'openviewpartners.com', 'intercom.com'],
    topics: ['Getting users to first value', 'Pricing and packaging', 'Stories of customers'],
  },
];

/** The synonym that is also a pronoun: within a longer description only 'IT' in capitals counts. */
const PRONOUN = 'it';

const normalize = (text: string) => text.toLowerCase().replace(/\s+/g, ' ').trim();

/**
 * The industry whose name or synonym the description is, without regard to case, or else contains as whole words; undefined when
 * there is none.
 */
export function findIndustry(description: string): Industry | undefined {
  const text = normalize(description);
  const namesOf = (industry: Industry) => [industry.name, ...industry.synonyms];
  const exact = INDUSTRIES.find((industry) => namesOf(industry).includes(text));
  if (exact || text === '') return exact;
  // The longest name wins: 'software as a service for shops' is not e-commerce.
  const words = ` ${description.replace(/[^\p{L}\p{N}&-]+/gu, ' ')} `;
  const lowerCase = words.toLowerCase();
  return INDUSTRIES.flatMap((industry) => namesOf(industry).map((name) => ({ industry, name })))
    .filter(({ name }) => (name === PRONOUN ? words.includes(' IT ') : lowerCase.includes(` ${name} `)))
    .sort((a, b) => b.name.length - a.name.length)[0]?.industry;
}
