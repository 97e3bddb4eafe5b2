import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Configuration } from '../config/configuration.js';
import { explainListenError } from '../config/startup-error.js';
import { DatabaseProbe } from '../health/database-probe.js';
import { standardOutput } from '../http/log-output.js';
import { AnalyticsMetrics } from './analytics-metrics.js';
import { JobMetrics } from './job-metrics.js';
import { LiveMetrics } from './live-metrics.js';

/** Seconds, from the fastest read to a request that waits for every limit. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The channel on which steps that were not completed are announced, with a step and a code. */
const REFUSALS = 'onboarding.refusals';

/** The channel on which answers to upgrades are announced. */
const UPGRADES = 'onboarding.live.upgrades';

interface Upgrade {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  /** If it was refused with a 503: what was unreachable or overloaded. */
  readonly away?: string;
}

/** The label of a request without a route. Addresses are never labels: they may hold ids, and anybody can invent new ones. */
const NO_ROUTE = 'none';

/** Counts requests, and serves the counts to Prometheus on a separate port. */
@Injectable()
export class Metrics implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #registry = new Registry();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #requests = new Counter({
    name: 'http_requests_total',
    help: 'Requests that were answered, or whose caller gave up',
    labelNames: ['method', 'route', 'status'],
    registers: [this.#registry],
  });
  readonly #durations = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From a request’s head to the end of its answer',
    labelNames: ['method', 'route'],
    buckets: BUCKETS,
    registers: [this.#registry],
  });
  readonly #outages = new Counter({
    name: 'outages_total',
    help: 'Requests that were answered with 503, by what was unreachable or overloaded',
    labelNames: ['away'],
    registers: [this.#registry],
  });

  readonly #refusals = new Counter({
    name: 'onboarding_refusals_total',
    help: 'Steps that were not completed, by step and by what was due',
    labelNames: ['step', 'code'],
    registers: [this.#registry],
  });
  readonly #live = new LiveMetrics(this.#registry);
  readonly #jobs = new JobMetrics(this.#registry);
  readonly #analytics = new AnalyticsMetrics(this.#registry);
  readonly #countRefusal = (refusal: unknown): void => {
    this.#refusals.inc(refusal as Record<'step' | 'code', string>);
  };
  /** Upgrades do not pass the hooks of other requests. */
  readonly #countUpgrade = (upgrade: unknown): void => {
    const { status, seconds, away, ...labels } = upgrade as Upgrade;
    this.#requests.inc({ ...labels, status });
    this.#durations.observe(labels, seconds);
    if (away !== undefined) this.#outages.inc({ away });
  };

  constructor(
    private readonly configuration: Configuration,
    private readonly database: DatabaseProbe,
    private readonly host: HttpAdapterHost<FastifyAdapter>,
  ) {
    collectDefaultMetrics({ register: this.#registry });
    this.#watchPool();
    this.#watchLog();
  }

  onModuleInit(): void {
    subscribe(REFUSALS, this.#countRefusal);
    subscribe(UPGRADES, this.#countUpgrade);
    this.#live.start();
    this.#jobs.start();
    this.#analytics.start();
    const fastify = this.host.httpAdapter.getInstance();
    fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
      this.#count(request, reply);
      done();
    });
    // A caller who gives up gets no answer, and may be the first sign that something is slow.
    fastify.addHook('onRequestAbort', (request: FastifyRequest, done) => {
      this.#requests.inc({ ...labelsOf(request), status: 'aborted' });
      done();
    });
  }

  /** @throws StartupError when the port cannot be opened */
  async onApplicationBootstrap(): Promise<void> {
    const { METRICS_PORT: port = 0, HOST: host } = this.configuration;
    try {
      await once(this.#server.listen(port, host), 'listening');
    } catch (error) {
      throw explainListenError(error, 'METRICS_PORT', port, host);
    }
  }

  async onApplicationShutdown(): Promise<void> {
    unsubscribe(REFUSALS, this.#countRefusal);
    unsubscribe(UPGRADES, this.#countUpgrade);
    this.#live.stop();
    this.#jobs.stop();
    this.#analytics.stop();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #watchPool(): void {
    const { database } = this;
    const registers = [this.#registry];
    new Gauge({
      name: 'database_connections',
      help: 'Connections of the pool',
      labelNames: ['state'],
      registers,
      collect() {
        const { total, idle } = database.load;
        this.set({ state: 'idle' }, idle);
        this.set({ state: 'busy' }, total - idle);
      },
    });
    new Gauge({
      name: 'database_waiting_requests',
      help: 'Requests that wait for a connection of the pool',
      registers,
      collect() {
        this.set(database.load.waiting);
      },
    });
  }

  #watchLog(): void {
    new Counter({
      name: 'log_lines_lost_total',
      help: 'Lines of the log that could not be written',
      registers: [this.#registry],
      collect() {
        this.reset();
        this.inc(standardOutput.lost);
      },
    });
  }

  #count(request: FastifyRequest, reply: FastifyReply): void {
    const labels = labelsOf(request);
    this.#requests.inc({ ...labels, status: reply.statusCode });
    this.#durations.observe(labels, reply.elapsedTime / 1000);
    if (request.away !== undefined) this.#outages.inc({ away: request.away });
  }

  async #answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (url !== '/metrics') response.writeHead(404).end();
    else if (method !== 'GET') response.writeHead(405, { allow: 'GET' }).end();
    else {
      const metrics = await this.#registry.metrics();
      response.writeHead(200, { 'content-type': this.#registry.contentType }).end(metrics);
    }
  }
}

const labelsOf = ({ method, routeOptions }: FastifyRequest) => ({ method, route: routeOptions.url ?? NO_ROUTE });
