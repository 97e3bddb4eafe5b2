import { expect } from '@jest/globals';
import type { JsonObject } from '../../../src/ground/problems/json.js';
import type { StepKey } from '../../../src/onboarding/flow/steps.js';
import type { TestApp } from '../service/app.js';
import type { Answer, Client } from '../service/client.js';
import { restoredHeap, type Generation, type Heap, type Init, type Page } from './wizards.js';

/** Whose key serves the user: their own, the deployment's, or nobody's. */
export type Keys = 'own' | 'deployment' | 'none';

const OWN_KEY = { provider: 'gemini', api_key: 'AIza0123456789abcdefghijklmnopqrstuvwxy' };

export interface PlayOptions {
  readonly keys: Keys;
  /** Whether a gateway names the flow with each request. */
  readonly named?: boolean;
}

/** What a user has done, with whatever wizard. */
class Doings {
  /** The topics that are finished. */
  readonly finished = new Set<StepKey>();
  hasPosted = false;
  /** The highest percentage that was shown. */
  shown = 0;
}

/**
 * One user in front of a wizard. Every request goes over HTTP; after each page the user opens the wizard on a new device, which knows
 * only what `GET /init` says.
 */
export class Player {
  #heap: Heap = {};

  private constructor(
    readonly userId: string,
    readonly generation: Generation,
    private readonly client: Client,
    private readonly options: PlayOptions,
    private readonly doings: Doings,
  ) {}

  /** A new user. One with a key of their own, whose wizard has no page for it, brings it from elsewhere. */
  static async of(app: TestApp, userId: string, generation: Generation, options: PlayOptions): Promise<Player> {
    const player = new Player(userId, generation, await app.as(userId), options, new Doings());
    await player.#bringsKey();
    return player;
  }

  async #bringsKey(): Promise<void> {
    const isOpen = this.options.keys === 'own' && !this.doings.finished.has('api_keys');
    if (isOpen && this.generation.flow !== 'six') await this.#saveKey();
  }

  /** The same user, in front of another wizard, perhaps of another deployment. */
  async movesTo(app: TestApp, generation: Generation): Promise<Player> {
    const player = new Player(this.userId, generation, await app.as(this.userId), this.options, this.doings);
    await player.#bringsKey();
    return player;
  }

  /** Opens the wizard on a new device, where the percentage has not fallen. Returns the page, by its number. */
  async opens(): Promise<number> {
    const init = await this.init();
    const { completion_percentage: shown } = init;
    if (this.#isRemembered)
      expect([this.#at('percentage'), shown]).toEqual([this.#at('percentage'), Math.max(shown, this.doings.shown)]);
    this.doings.shown = Math.max(shown, this.doings.shown);
    this.#heap = restoredHeap(this.generation, init);
    return this.generation.opens(init);
  }

  /** Whether the service answers in the flow of what was posted; only there the percentage never falls. */
  get #isRemembered(): boolean {
    return this.options.named ? this.hasPosted : this.doings.hasPosted;
  }

  async init(): Promise<Init> {
    const { status, body } = await this.client.get('/init', this.#headers);
    expect([this.#at('GET /init'), status]).toEqual([this.#at('GET /init'), 200]);
    return body.onboarding as Init;
  }

  /** The first page that is not finished, by its number: the one that a new device should open. */
  get due(): number {
    const { generation, doings } = this;
    if (!doings.hasPosted && doings.finished.size === 0) return 1;
    const open = generation.pages.findIndex(({ topic }) => !this.#isFinished(topic));
    return open < 0 ? generation.pages.length : open + 1;
  }

  #isFinished(topic: StepKey): boolean {
    // The introduction has nothing to finish, and a deployment with keys finishes their page.
    const isPassed = this.generation.flow === 'six-intro' || this.options.keys === 'deployment';
    return this.doings.finished.has(topic) || (topic === 'api_keys' && isPassed);
  }

  /** Whether a page of this wizard has posted; before that, nothing tells the service which wizard it is. */
  hasPosted = false;

  /** Does what there is to do on a page. Returns whether it has posted its step. */
  async does(number: number): Promise<boolean> {
    const page = this.page(number);
    if (page.topic === 'api_keys' && this.generation.flow === 'six' && this.options.keys === 'own')
      await this.#saveKey();
    if (page.posts === undefined) return false;
    const { status, body } = await this.posts(page);
    expect([this.#at(`page ${number}`), status, body.detail]).toEqual([this.#at(`page ${number}`), 200, undefined]);
    return true;
  }

  page(number: number): Page {
    const page = this.generation.pages[number - 1];
    if (!page) throw new Error(`${this.generation.name} has no page ${number}.`);
    return page;
  }

  async posts({ topic, posts, data }: Page): Promise<Answer> {
    const body: { data: JsonObject } = { data: data?.(this.#heap) ?? {} };
    const answer = await this.client.post(`/step/${posts}/complete`, body, this.#headers);
    if (answer.status !== 200) return answer;
    this.hasPosted = true;
    this.doings.hasPosted = true;
    this.doings.finished.add(topic);
    return answer;
  }

  /** The last page: its button checks that there is a key, posts the last step, and completes the onboarding. */
  async launches(): Promise<void> {
    const { body: summary } = await this.client.get('/summary', this.#headers);
    const shown = Object.values(summary.api_keys as JsonObject).filter((value) => value !== '' && value !== null);
    expect([this.#at('keys'), shown.length > 0]).toEqual([this.#at('keys'), this.options.keys !== 'none']);
    const last = this.generation.pages.length;
    await this.does(last);
    const { status, body } = await this.client.post('/complete', undefined, this.#headers);
    expect([this.#at('POST /complete'), status, body.detail]).toEqual([this.#at('POST /complete'), 200, undefined]);
    const init = await this.init();
    expect(init).toMatchObject({ is_completed: true, completion_percentage: 100 });
    expect([this.#at('opens'), this.generation.opens(init)]).toEqual([this.#at('opens'), last]);
  }

  async #saveKey(): Promise<void> {
    const { status } = await this.client.post('/api-keys', OWN_KEY, this.#headers);
    expect([this.#at('POST /api-keys'), status]).toEqual([this.#at('POST /api-keys'), 200]);
    this.doings.finished.add('api_keys');
  }

  get #headers(): Record<string, string> {
    return this.options.named ? { 'onboarding-flow': this.generation.flow } : {};
  }

  /** Who did what, for a test that fails. */
  #at(what: string): string {
    return `${this.generation.name} ${this.userId}: ${what}`;
  }
}

/** Which page opens, by its number; `due` is the first that is not finished. */
export type Opens = (due: number) => number;

/** Plays to Launch, and opens the wizard on a new device after each page. */
export async function walk(player: Player, opens: Opens = (due) => due): Promise<void> {
  const last = player.generation.pages.length;
  const expectOpened = async () => {
    const opened = await player.opens();
    expect([player.userId, player.due, opened]).toEqual([player.userId, player.due, opens(player.due)]);
  };
  await expectOpened();
  for (let page = player.due; page < last;) {
    const hasPosted = await player.does(page);
    await expectOpened();
    // Where a page posts nothing, the user goes on by hand.
    page = hasPosted ? player.due : page + 1;
  }
  await player.launches();
}
