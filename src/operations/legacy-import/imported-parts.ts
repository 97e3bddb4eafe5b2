import { validateSync } from 'class-validator';
import { isSameJson, type JsonObject } from '../../ground/problems/json.js';
import type { FieldError } from '../../ground/problems/problem.js';
import { businessInfoRecord, type BusinessInfo } from '../../onboarding/database/records/business-info.record.js';
import {
  competitorErrors,
  competitorsRecord,
  distinctCompetitors,
} from '../../onboarding/database/records/competitor-analyses.record.js';
import { at, type Command } from '../../onboarding/database/record.js';
import type { RowTimes } from '../../onboarding/database/records/row-times.js';
import type { DocumentRecord } from '../../onboarding/database/records/document-record.js';
import { personaRecord } from '../../onboarding/database/records/persona-data.record.js';
import { integrationsRecord } from '../../onboarding/database/records/platform-integrations.record.js';
import { isEmptyPatch, patchedRow } from '../../onboarding/database/records/posted-data.js';
import { researchRecord } from '../../onboarding/database/records/research-preferences.record.js';
import { websiteRecord } from '../../onboarding/database/records/website-analysis.record.js';
import { SIZED_TABLES } from '../../onboarding/database/document-sizes.js';
import { Snapshot } from '../../onboarding/database/snapshot.js';
import type { UnitOfWork } from '../../onboarding/database/unit-of-work.js';
import { BusinessInfoDto } from '../../onboarding/steps/business-info.contract.js';
import type { Dated, LegacyUser, Warning } from './legacy-user.js';

/** The brand's columns come along whether the deployment shows them or not. */
const website = websiteRecord(true);

/** What an import compares with and writes to. */
export const IMPORTED_RECORDS = [
  website,
  researchRecord,
  competitorsRecord,
  personaRecord,
  integrationsRecord,
  businessInfoRecord,
];

/** What one table of ours gets from a source. */
export interface ImportedPart {
  readonly name: string;
  /** As they would be stored; what has a limit of its own is not among them. */
  readonly documents: readonly unknown[];
  readonly warnings: readonly Warning[];
  /** Whether the source has something for the table. */
  readonly isPresent: boolean;
  /** Whether the user has something there. */
  readonly isSaved: (saved: Snapshot) => boolean;
  /** Whether the user has there what the source has. */
  readonly isSame: (saved: Snapshot) => boolean;
  readonly save: (data: UnitOfWork) => void;
}

/** What a user's documents become, table by table. */
export function importedParts(user: LegacyUser): readonly ImportedPart[] {
  return [
    documentPart(website, 'website', withPostedByResearch(user)),
    documentPart(researchRecord, 'research', withoutWebsite(user.research)),
    competitorsPart(user.competitors),
    documentPart(personaRecord, 'persona', user.persona),
    documentPart(integrationsRecord, 'integrations', user.integrations),
    businessPart(user.business),
  ];
}

/** Step 3 posts the address and the accounts, too, which the website's table keeps. */
function withPostedByResearch({ website: document, research }: LegacyUser): Dated<JsonObject> | null {
  const posted = Object.entries(research?.value ?? {}).filter(([key]) => isOfWebsite(key));
  if (!research || posted.length === 0) return document;
  const { value, ...times } = document ?? { ...research, value: {} };
  return { value: { ...Object.fromEntries(posted), ...value }, ...times };
}

function withoutWebsite(research: Dated<JsonObject> | null): Dated<JsonObject> | null {
  const keep = (value: JsonObject) => Object.fromEntries(Object.entries(value).filter(([key]) => !isOfWebsite(key)));
  return research && { ...research, value: keep(research.value) };
}

/** Whether a key of step 3's post is one of the website's table and not of its own. `status` is common to many. */
const isOfWebsite = (key: string) => website.keys.has(key) && !researchRecord.keys.has(key) && key !== 'status';

function documentPart(record: DocumentRecord, name: string, document: Dated<JsonObject> | null): ImportedPart {
  const { patch, errors } = record.parseImported(document?.value ?? {});
  const isPresent = !isEmptyPatch(patch);
  const save = record.save(patch);
  return {
    name,
    documents: isPresent ? documentsOf(save) : [],
    warnings: warningsOf(name, errors),
    isPresent,
    isSaved: (saved) => saved.of(record) !== null,
    isSame(saved) {
      const row = saved.of(record);
      if (!row || !isPresent) return !row && !isPresent;
      const { columns } = record.mapping;
      const wanted = patchedRow(record.mapping, null, patch, new Date());
      return ['extra', ...columns].every((column) => isSameJson(row[column], wanted[column]));
    },
    save(data) {
      saveDated(data, save, timesOf(document), (times) => record.date(times));
    },
  };
}

function competitorsPart(competitors: Dated<readonly JsonObject[]> | null): ImportedPart {
  const list = distinctCompetitors(competitors?.value ?? []);
  const replace = competitorsRecord.replace(list);
  return {
    name: 'competitors',
    documents: documentsOf(replace),
    warnings: warningsOf('competitors', competitorErrors(list, '')),
    isPresent: list.length > 0,
    isSaved: (saved) => saved.of(competitorsRecord).length > 0,
    isSame: (saved) => isSameJson(saved.of(competitorsRecord), list),
    save(data) {
      const { createdAt, updatedAt } = timesOf(competitors);
      const savedAt = updatedAt ?? createdAt;
      data.run(savedAt ? at(replace, savedAt) : replace);
    },
  };
}

function businessPart(business: Dated<JsonObject> | null): ImportedPart {
  const info = businessInfoOf(business?.value ?? {});
  const texts = Object.entries(info) as [keyof BusinessInfo, string | null][];
  const isPresent = texts.some(([, text]) => text !== null && text !== '');
  return {
    name: 'business',
    documents: [],
    warnings: isPresent ? warningsOf('business', businessErrors(info)) : [],
    isPresent,
    isSaved: (saved) => saved.of(businessInfoRecord) !== null,
    isSame(saved) {
      const row = saved.of(businessInfoRecord);
      if (!row || !isPresent) return !row && !isPresent;
      return texts.every(([column, text]) => row[column] === text);
    },
    save(data) {
      saveDated(data, businessInfoRecord.save(info), timesOf(business), (times) => businessInfoRecord.date(times));
    },
  };
}

/** A user without documents. */
const NOTHING = new Snapshot(null, Object.fromEntries(SIZED_TABLES.map((table) => [table, null])));

/** What a command would store for such a user. */
function documentsOf({ preview }: Command<unknown>): readonly unknown[] {
  return preview ? NOTHING.after([preview], new Date()).documents : [];
}

function businessInfoOf(value: JsonObject): BusinessInfo {
  const text = (key: keyof BusinessInfo): string | null => {
    const found = value[key] ?? null;
    return found === null || typeof found === 'string' ? found : JSON.stringify(found);
  };
  return {
    // The one column that is never null.
    business_description: text('business_description') ?? '',
    industry: text('industry'),
    target_audience: text('target_audience'),
    business_goals: text('business_goals'),
  };
}

/** What the route for it would refuse. */
function businessErrors(info: BusinessInfo): readonly FieldError[] {
  return validateSync(Object.assign(new BusinessInfoDto(), info), { stopAtFirstError: true }).flatMap(
    ({ constraints = {} }) => Object.values(constraints).map((detail) => ({ pointer: '', detail })),
  );
}

type Times = Pick<Dated<unknown>, 'createdAt' | 'updatedAt'>;

/** Without any, a document has the time of the import. */
const timesOf = (document: Times | null): Times => document ?? { createdAt: null, updatedAt: null };

/** Saves a row with the times that its source gives it. @param date states both, where they differ */
function saveDated(
  data: UnitOfWork,
  save: Command<unknown>,
  { createdAt, updatedAt }: Times,
  date: (times: RowTimes) => Command,
): void {
  const madeAt = createdAt ?? updatedAt;
  data.run(madeAt ? at(save, madeAt) : save);
  if (createdAt && updatedAt && createdAt.getTime() !== updatedAt.getTime()) data.run(date({ createdAt, updatedAt }));
}

/** Warnings of one document that are reported. */
const MOST_WARNINGS = 20;

/** What could not be posted today, and is imported all the same. */
function warningsOf(name: string, errors: readonly FieldError[]): readonly Warning[] {
  return errors.slice(0, MOST_WARNINGS).map(({ detail }) => ({ code: 'unusual_value', detail: `${name}: ${detail}` }));
}
