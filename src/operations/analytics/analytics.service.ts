import { Injectable } from '@nestjs/common';
import { Configuration } from '../../ground/config/configuration.js';
import type { FlowId } from '../../ground/config/wizard-flows.js';
import { AnalyticsReads, type FunnelQuery, type Period } from './analytics-reads.js';
import type { ActivityView, CohortsView, FunnelView, StuckView } from './analytics.contract.js';
import { activeDayView } from './activity-view.js';
import { cohortViews } from './cohorts-view.js';
import { ACTIVITY_DEFINITIONS, COHORTS_DEFINITIONS, FUNNEL_DEFINITIONS, STUCK_DEFINITIONS } from './definitions.js';
import type { Unit } from './figures.sql.js';
import { funnelFigures, funnelGroups } from './funnel-view.js';
import { stuckViews } from './stuck-view.js';

/** The numbers as operators see them. Each method throws DatabaseUnavailable, or NumbersNotReady. */
@Injectable()
export class Analytics {
  readonly #minGroup: number;

  constructor(
    private readonly reads: AnalyticsReads,
    { ANALYTICS_MIN_GROUP }: Configuration,
  ) {
    this.#minGroup = ANALYTICS_MIN_GROUP;
  }

  async funnel(query: FunnelQuery): Promise<FunnelView> {
    const { from, to, flow } = query;
    const { rows, groups, as_of, pending } = await this.reads.groupedFunnel(query);
    const terms = { flow, minGroup: this.#minGroup };
    const grouped = funnelGroups(groups, query, terms);
    return {
      ...{ from, to, flow, as_of: as_of.toISOString(), pending },
      ...funnelFigures(rows, terms),
      ...(grouped && { groups: grouped }),
      definitions: FUNNEL_DEFINITIONS,
    };
  }

  /** @param flow null: all users */
  async cohorts(period: Period, flow: FlowId | null, unit: Unit): Promise<CohortsView> {
    const { rows, as_of } = await this.reads.cohorts(period, flow, unit);
    const cohorts = cohortViews(rows, { ...period, unit, as_of, minGroup: this.#minGroup });
    return { as_of: as_of.toISOString(), unit, cohorts, definitions: COHORTS_DEFINITIONS };
  }

  async activity(period: Period): Promise<ActivityView> {
    const { rows, as_of } = await this.reads.activity(period);
    const days = rows.map((row) => activeDayView(row, this.#minGroup));
    return { as_of: as_of.toISOString(), days, definitions: ACTIVITY_DEFINITIONS };
  }

  /** @param flow null: all users */
  async stuck(flow: FlowId | null): Promise<StuckView> {
    const { rows, as_of } = await this.reads.stuck(flow);
    const steps = stuckViews(rows, flow, this.#minGroup);
    return { as_of: as_of.toISOString(), steps, definitions: STUCK_DEFINITIONS };
  }
}
