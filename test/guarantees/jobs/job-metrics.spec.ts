import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Metrics } from '../../../src/ground/telemetry/metrics.js';
import { JobQueue } from '../../../src/storage/jobs/job-queue.js';
import { TestDatabase } from '../../support/database/database.js';
import { startQueue, stopQueue } from '../../support/jobs/test-queue.js';
import { eventually } from '../../support/process/deadline.js';
import { TestApp } from '../../support/service/app.js';

describe('the metrics of jobs', () => {
  let database: TestDatabase;
  let url: string;
  let app: TestApp;

  beforeAll(async () => {
    database = await TestDatabase.create();
    url = database.operatorUrl;
    app = await TestApp.start({ database, environment: { METRICS_PORT: '0', DATABASE_OPERATOR_URL: url } });
  });
  afterAll(async () => {
    await app.stop();
    await database.drop();
  });

  const scrape = async () => {
    const answer = await fetch(`http://127.0.0.1:${app.nest.get(Metrics).port}/metrics`);
    return await answer.text();
  };
  const value = async (series: string) => {
    const line = (await scrape()).split('\n').find((each) => each.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  };
  const jobs = (queue: string, state: string) => value(`onboarding_jobs{queue="${queue}",state="${state}"}`);

  it('say how many wait, run and have failed, how long the oldest has waited, and how often they failed', async () => {
    const release = new AbortController();
    const queue = await startQueue(url, (each) => {
      each.define('slow', {}, async () => void (await once(release.signal, 'abort')));
      each.define('failing', { retryLimit: 0 }, () => Promise.reject(new Error('always')));
    });
    try {
      for (const key of ['a', 'b', 'c']) await queue.send('slow', { id: key }, { key });
      await queue.send('failing', { id: 'a' }, { key: 'a' });
      await eventually('they are counted', async () => (await jobs('failing', 'failed')) === 1);
      expect(await jobs('slow', 'active')).toBe(1);
      expect(await jobs('slow', 'waiting')).toBe(2);
      expect(await value('onboarding_jobs_oldest_waiting_seconds{queue="slow"}')).toBeGreaterThan(5);
      expect(await value('onboarding_jobs_oldest_waiting_seconds{queue="failing"}')).toBe(0);
      expect(await value('onboarding_job_failures_total{queue="failing"}')).toBe(1);
    } finally {
      release.abort();
      await stopQueue(queue);
    }
  });
});

describe('a service', () => {
  it('has a queue with DATABASE_OPERATOR_URL, and none without', async () => {
    const database = await TestDatabase.create();
    const connections = () =>
      database.query(
        `select from pg_stat_activity where datname = current_database() and application_name = 'onboarding-jobs'`,
      );
    const [with_, without] = [
      await TestApp.start({ database, environment: { JOBS: 'on' } }),
      await TestApp.start({ database, environment: { DATABASE_OPERATOR_URL: undefined } }),
    ];
    try {
      expect(with_.nest.get(JobQueue, { strict: false })).toBeInstanceOf(JobQueue);
      expect(() => without.nest.get(JobQueue, { strict: false })).toThrow();
      expect(await connections()).not.toHaveLength(0);
    } finally {
      await Promise.all([with_.stop(), without.stop()]);
    }
    await eventually('its connections are gone', async () => (await connections()).length === 0);
    await database.drop();
  });
});
