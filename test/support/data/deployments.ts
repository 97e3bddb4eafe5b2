import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import { TestDatabase } from '../database/database.js';
import { TestApp } from '../service/app.js';
import type { Keys } from './wizard-player.js';

/** The service as deployments run it, for each wizard with a key of its own and without, on one database. */
export class Deployments {
  private constructor(
    readonly database: TestDatabase,
    private readonly apps: ReadonlyMap<string, TestApp>,
  ) {}

  static async start(flows: readonly FlowId[]): Promise<Deployments> {
    const database = await TestDatabase.create();
    const apps = new Map<string, TestApp>();
    for (const flow of flows) {
      for (const keys of ['deployment', 'none'] as const) {
        const key = keys === 'deployment' ? { OPENAI_API_KEY: 'sk-of-the-deployment' } : {};
        apps.set(`${flow} ${keys}`, await TestApp.start({ database, environment: { WIZARD_FLOW: flow, ...key } }));
      }
    }
    return new Deployments(database, apps);
  }

  /** The deployment of a wizard. Users with keys of their own are at one without. */
  of(flow: FlowId, keys: Keys): TestApp {
    const app = this.apps.get(`${flow} ${keys === 'deployment' ? 'deployment' : 'none'}`);
    if (!app) throw new Error(`There is no deployment for ${flow}.`);
    return app;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.apps.values()].map((app) => app.stop()));
    await this.database.drop();
  }
}
