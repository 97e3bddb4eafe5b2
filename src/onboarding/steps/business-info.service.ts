import { Injectable } from '@nestjs/common';
import { validateSync } from 'class-validator';
import { businessInfoRecord, type BusinessInfo } from '../database/records/business-info.record.js';
import { OnboardingDatabaseService } from '../database/onboarding-database.service.js';
import { isoTime } from '../database/records/posted-data.js';
import { wholeSnapshotOf } from '../database/snapshot.js';
import type { UnitOfWork } from '../database/unit-of-work.js';
import type { Terms } from '../flow/terms.js';
import { pointer, refuseUnstorable, type JsonObject } from '../../ground/problems/json.js';
import { InvalidInput, NotFound } from '../../ground/problems/problem.js';
import { dataSaved } from '../flow/transitions.js';
import { BusinessInfoDto, type BusinessInfoView } from './business-info.contract.js';

/** The business in its owner's words: one description per user. */
@Injectable()
export class BusinessInfoService {
  constructor(private readonly database: OnboardingDatabaseService) {}

  /** Saves the description, or replaces the one there is. @throws InvalidInput */
  async save(userId: string, posted: BusinessInfoDto, terms: Terms = {}): Promise<BusinessInfoView> {
    refuseInvalid(posted);
    const saved = await this.database.forUser(userId, terms, (data) => write(data, posted));
    return view(saved.value);
  }

  /** @throws InvalidInput; NotFound unless it is the user's own */
  async replace(userId: string, id: string, posted: BusinessInfoDto, terms: Terms = {}): Promise<BusinessInfoView> {
    refuseInvalid(posted);
    const reads = { saved: wholeSnapshotOf([businessInfoRecord]) };
    const saved = await this.database.forUser(userId, { reads, ...terms }, (data) => {
      if (data.read.saved.of(businessInfoRecord)?.['id'] !== id.toLowerCase()) throw new NotFound();
      return write(data, posted);
    });
    return view(saved.value);
  }

  /** @throws NotFound unless it is the user's own */
  async get(userId: string, id: string): Promise<BusinessInfoView> {
    const info = await this.getByUser(userId, userId);
    if (info.id !== id.toLowerCase()) throw new NotFound();
    return info;
  }

  /** @throws NotFound unless the user asks for themselves, and has saved one */
  async getByUser(userId: string, owner: string): Promise<BusinessInfoView> {
    if (owner !== userId) throw new NotFound();
    const row = (await this.database.read(userId, [businessInfoRecord])).of(businessInfoRecord);
    if (!row) throw new NotFound();
    return view(row);
  }
}

/** The rules of the class, for callers in the process too: over HTTP the pipe has applied them already. @throws InvalidInput */
function refuseInvalid(posted: BusinessInfoDto): void {
  refuseUnstorable(posted);
  const errors = validateSync(Object.assign(new BusinessInfoDto(), infoOf(posted)), { stopAtFirstError: true });
  const [first, ...others] = errors.flatMap(({ property, constraints = {} }) =>
    Object.values(constraints).map((detail) => ({ pointer: pointer(property), detail })),
  );
  if (first) throw InvalidInput.of([first, ...others]);
}

function write(data: UnitOfWork, posted: BusinessInfoDto) {
  const saved = data.run(businessInfoRecord.save(infoOf(posted)));
  data.change(dataSaved(null));
  return saved;
}

function infoOf({ business_description, industry, target_audience, business_goals }: BusinessInfoDto): BusinessInfo {
  return {
    business_description,
    industry: industry ?? null,
    target_audience: target_audience ?? null,
    business_goals: business_goals ?? null,
  };
}

function view({
  id,
  user_id,
  business_description,
  industry,
  target_audience,
  business_goals,
  ...times
}: JsonObject): BusinessInfoView {
  return {
    id,
    user_id,
    business_description,
    industry,
    target_audience,
    business_goals,
    created_at: isoTime(times['created_at']),
    updated_at: isoTime(times['updated_at']),
  } as BusinessInfoView;
}
