import type { OnboardingClient, Problem } from '../client/onboarding-client.js';
import {
  createApi,
  type ConfigView,
  type FlowId,
  type HistoryItem,
  type InitView,
  type KeysView,
  type LoggedRequest,
  type RequirementsView,
  type StepKey,
} from './api.js';
import { Feed, type FeedMessage, type FeedState, type Transport } from './feed.js';
import { Store } from './store.js';
import { Tokens, TokensElsewhere } from './tokens.js';

/** What stays of each log. */
const MOST_REQUESTS = 60;
const MOST_MESSAGES = 60;
const MOST_EVENTS = 50;

/** What an action has come to, for the part of the page that it was started from. */
export interface Outcome {
  readonly isGood: boolean;
  readonly title: string;
  readonly lines: readonly string[];
}

/** The part of the page that an action was started from: a step, or a card. */
export type Place = StepKey | 'keys' | 'progress' | 'history';

/** The events of the history; those that have come live do not name their documents. */
export type ShownEvent = Omit<HistoryItem, 'documents'> & Partial<Pick<HistoryItem, 'documents'>>;

export interface OnboardingState {
  readonly init: InitView | null;
  readonly config: ConfigView | null;
  readonly requirements: RequirementsView | null;
  readonly keys: KeysView | null;
  readonly events: readonly ShownEvent[];
  /** The wizard that requests name; null: they name none, and the service goes by what it remembers. */
  readonly wizard: FlowId | null;
  readonly transport: Transport;
  readonly feed: FeedState;
  /** Why the feed has ended, or could not begin. */
  readonly feedProblem: string | null;
  readonly messages: readonly FeedMessage[];
  readonly requests: readonly LoggedRequest[];
  /** Of the latest action. */
  readonly outcome: (Outcome & { readonly place: Place }) | null;
  /** Why nothing can be read. */
  readonly failure: string | null;
  readonly needsToken: boolean;
}

const INITIAL: OnboardingState = {
  init: null,
  config: null,
  requirements: null,
  keys: null,
  events: [],
  wizard: null,
  transport: 'websocket',
  feed: 'off',
  feedProblem: null,
  messages: [],
  requests: [],
  outcome: null,
  failure: null,
  needsToken: false,
};

type Answer = { readonly data?: unknown; readonly error?: unknown };

/** One user's onboarding as the page shows it, and all that the page does to it, through the API alone. */
export class Onboarding {
  readonly store = new Store<OnboardingState>(INITIAL);
  readonly #tokens: Tokens;
  readonly #api: OnboardingClient;
  readonly #feed: Feed;
  #reading: Promise<void> | null = null;
  #isOutdated = false;
  #isActing = false;

  constructor(readonly user: string) {
    this.#tokens = new Tokens(user);
    const { store } = this;
    const token = () => this.#tokens.get();
    this.#api = createApi({
      token,
      wizard: () => store.value.wizard,
      note: (request) => store.update({ requests: [request, ...store.value.requests].slice(0, MOST_REQUESTS) }),
    });
    this.#feed = new Feed({
      token,
      onState: (feed) => store.update({ feed }),
      onProblem: (feedProblem) => store.update({ feedProblem }),
      onMessage: (message) => this.#take(message),
    });
  }

  /** Reads everything, and follows what happens from now on. */
  open(): void {
    void this.refresh();
    this.connect();
  }

  close(): void {
    this.#feed.close();
  }

  connect(): void {
    const { transport, wizard } = this.store.value;
    this.store.update({ feedProblem: null });
    this.#feed.open(transport, wizard);
  }

  disconnect(): void {
    this.#feed.close();
  }

  useTransport(transport: Transport): void {
    this.store.update({ transport });
    if (this.store.value.feed !== 'off') this.connect();
  }

  useWizard(wizard: FlowId | null): void {
    this.store.update({ wizard });
    void this.refresh();
    if (this.store.value.feed !== 'off') this.connect();
  }

  useToken(token: string): void {
    this.#tokens.paste(token);
    this.store.update({ needsToken: false, failure: null });
    this.open();
  }

  /** Reads everything again. A call during another one has it done once more after that. */
  async refresh(): Promise<void> {
    this.#isOutdated = true;
    this.#reading ??= this.#readWhileOutdated().finally(() => (this.#reading = null));
    await this.#reading;
  }

  start(): void {
    this.#act('progress', 'Started', () => this.#api.POST('/api/onboarding/start'));
  }

  complete(): void {
    this.#act('progress', 'Completed', () => this.#api.POST('/api/onboarding/complete'));
  }

  reset(hard: boolean): void {
    const query = { hard: hard ? ('true' as const) : ('false' as const) };
    this.#act('progress', hard ? 'Everything is deleted' : 'Progress is reset', () =>
      this.#api.POST('/api/onboarding/reset', { params: { query } }),
    );
  }

  completeStep(key: StepKey, n: number, data: Record<string, unknown>): void {
    this.#act(key, 'Completed', () =>
      this.#api.POST('/api/onboarding/step/{n}/complete', { params: { path: { n } }, body: { data } }),
    );
  }

  skipStep(key: StepKey, n: number): void {
    this.#act(key, 'Skipped', () => this.#api.POST('/api/onboarding/step/{n}/skip', { params: { path: { n } } }));
  }

  /** Asks what completing the step would answer. */
  previewStep(key: StepKey, n: number, data: Record<string, unknown>): void {
    this.#act(key, 'It would succeed; nothing is stored', async () => {
      const params = { path: { n } };
      const answer = await this.#api.POST('/api/onboarding/step/{n}/validate', { params, body: { data } });
      if (!answer.data || answer.data.can_proceed) return answer;
      return { error: { title: 'It would be refused', detail: '', errors: answer.data.errors } };
    });
  }

  saveKey(provider: string, key: string): void {
    this.#act('keys', 'Saved', () => this.#api.POST('/api/onboarding/api-keys', { body: { provider, api_key: key } }));
  }

  removeKey(provider: string): void {
    this.#act('keys', 'Removed', () =>
      this.#api.DELETE('/api/onboarding/api-keys/{provider}', { params: { path: { provider } } }),
    );
  }

  restore(revision: number): void {
    this.#act('history', `Back to revision ${revision}`, () =>
      this.#api.POST('/api/onboarding/restore', { body: { revision, what: 'all' } }),
    );
  }

  #act(place: Place, success: string, send: () => Promise<Answer>): void {
    // A double click is one.
    if (this.#isActing) return;
    this.#isActing = true;
    this.store.update({ outcome: null });
    void this.#send(send, success).then((outcome) => {
      this.#isActing = false;
      this.store.update({ outcome: { ...outcome, place } });
      // A live feed says itself what has changed.
      if (this.store.value.feed !== 'live') void this.refresh();
    });
  }

  async #send(send: () => Promise<Answer>, success: string): Promise<Outcome> {
    try {
      const { data, error } = await send();
      if (error !== undefined) return outcomeOf(error as Problem);
      const { warnings } = (data ?? {}) as { warnings?: readonly string[] | null };
      return { isGood: true, title: success, lines: warnings ?? [] };
    } catch (error) {
      return { isGood: false, title: 'No answer', lines: [(error as Error).message] };
    }
  }

  async #readWhileOutdated(): Promise<void> {
    while (this.#isOutdated) {
      this.#isOutdated = false;
      try {
        await this.#readAll();
        this.store.update({ failure: null });
      } catch (error) {
        const needsToken = error instanceof TokensElsewhere || (error instanceof Refusal && this.#isOutOfTokens(error));
        if (needsToken) this.#feed.close();
        this.store.update({ failure: (error as Error).message, needsToken });
      }
    }
  }

  /** A token that somebody has pasted cannot be renewed. */
  #isOutOfTokens({ problem }: Refusal): boolean {
    return problem.status === 401 && this.#tokens.isPasted;
  }

  async #readAll(): Promise<void> {
    const { config } = this.store.value;
    const [init, requirements, keys, history, read] = await Promise.all([
      dataOf(this.#api.GET('/api/onboarding/init')),
      dataOf(this.#api.GET('/api/onboarding/requirements')),
      dataOf(this.#api.GET('/api/onboarding/api-keys')),
      dataOf(this.#api.GET('/api/onboarding/history', { params: { query: { limit: MOST_EVENTS } } })),
      config ?? dataOf(this.#api.GET('/api/onboarding/config')),
    ]);
    this.store.update({ init, requirements, keys, events: history.items, config: read });
  }

  /** Shows what a message says at once, and reads the rest of it. */
  #take(message: FeedMessage): void {
    const { messages, events, init } = this.store.value;
    this.store.update({ messages: [message, ...messages].slice(0, MOST_MESSAGES) });
    if (message.type === 'event') {
      // A status follows each run of events.
      const isThere = events.some(({ position }) => position === message.event.position);
      if (!isThere) this.store.update({ events: [message.event, ...events].slice(0, MOST_EVENTS) });
      return;
    }
    if (init) this.store.update({ init: { ...init, onboarding: { ...init.onboarding, ...message.status } } });
    void this.refresh();
  }
}

/** The service has refused to show something. */
class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** What was read. @throws Refusal */
async function dataOf<T>(request: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  const { data, error } = await request;
  if (data === undefined) throw new Refusal(error as Problem);
  return data;
}

function outcomeOf({ title, detail, errors }: Problem): Outcome {
  const lines = errors ? errors.map((error) => `${error.pointer}: ${error.detail}`) : detail.split('\n');
  return { isGood: false, title, lines };
}
