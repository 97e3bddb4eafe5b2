import { expect } from '@jest/globals';
import pg from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import type { FlowId } from '../../../src/ground/config/wizard-flows.js';
import { Configuration } from '../../../src/ground/config/configuration.js';
import { Deployment } from '../../../src/onboarding/progress/deployment.js';
import { AnalyticsRefresh } from '../../../src/operations/analytics/analytics-refresh.js';
import { basisOf } from '../../../src/operations/analytics/basis.js';
import {
  AnalyticsCheck,
  NumbersIncomplete,
  type AnalyticsChecked,
  type AnalyticsCheckOptions,
} from '../../../src/operations/analytics/recount/analytics-check.js';
import { OperatorDatabase } from '../../../src/operations/database/operator-database.js';
import { DatabaseUnavailable } from '../../../src/storage/wire/wire.problems.js';
import type { TestDatabase } from '../database/database.js';
import { eventually } from '../process/deadline.js';
import { testEnvironment } from '../service/app.js';

interface Served {
  readonly wizard: FlowId;
  /** Whether it has a key of an AI provider. */
  readonly hasKey: boolean;
}

/** What a service decides for all users. */
export function deploymentOf({ wizard, hasKey }: Served): Deployment {
  const key = hasKey ? { OPENAI_API_KEY: 'sk-of-the-deployment' } : {};
  return new Deployment(new Configuration(testEnvironment('postgres://nowhere', { WIZARD_FLOW: wizard, ...key })));
}

/** A process that keeps the numbers up to date. */
export class Numbers {
  readonly #database: OperatorDatabase;
  readonly #refresh: AnalyticsRefresh;
  /** Refreshes that were cut off. */
  lost = 0;
  refreshes = 0;

  constructor(
    private readonly database: TestDatabase,
    private readonly deployment: Deployment,
    { mostEvents = 5, name = 'numbers' } = {},
  ) {
    const pool = () => {
      const made = new pg.Pool({ connectionString: database.ownerUrl, max: 1, application_name: name });
      made.on('error', () => undefined);
      return made;
    };
    this.#database = new OperatorDatabase(pool(), pool());
    this.#refresh = new AnalyticsRefresh(
      this.#database,
      basisOf(deployment.wizard, deployment.finishedSteps),
      mostEvents,
    );
  }

  stop(): Promise<void> {
    return this.#database.end();
  }

  refresh() {
    return this.#refresh.refresh();
  }

  /** Refreshes on and on, also after a lost connection. */
  async refreshUntil(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const refreshed = await this.#refresh.refresh().catch((error: unknown) => {
        if (!(error instanceof DatabaseUnavailable)) throw error;
        this.lost += 1;
        return null;
      });
      this.refreshes += 1;
      if (!refreshed?.isBehind) await delay(10);
    }
  }

  /** Refreshes until everything is in, and holds that each figure is the recounted one. @returns the users who were counted */
  async expectExact(): Promise<number> {
    let checked: AnalyticsChecked | null = null;
    // A transaction in any database of the server holds them back.
    await eventually('the numbers have everything', async () => {
      while ((await this.#refresh.refresh()).isBehind);
      checked = await this.check({ looks: 1 }).catch((error: unknown) => {
        if (!(error instanceof NumbersIncomplete)) throw error;
        return null;
      });
      return checked !== null;
    });
    const { users, differences } = checked as unknown as AnalyticsChecked;
    expect({ count: differences.count, first: differences.first }).toEqual({ count: 0, first: [] });
    return users;
  }

  async check(options: AnalyticsCheckOptions = {}): Promise<AnalyticsChecked> {
    const client = new pg.Client({ connectionString: this.database.ownerUrl });
    await client.connect();
    try {
      const run = async <R>(sql: string, values: readonly unknown[] = []) =>
        (await client.query(sql, [...values])).rows as readonly R[];
      return await new AnalyticsCheck(run, this.deployment, options).check(() => undefined);
    } finally {
      await client.end();
    }
  }
}
