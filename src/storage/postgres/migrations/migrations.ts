import { Migration20261124Onboarding } from './migration-2026-11-24-onboarding.js';
import { Migration20261124Vault } from './migration-2026-11-24-vault.js';
import { Migration20261126DocumentSizes } from './migration-2026-11-26-document-sizes.js';
import { Migration20261126EventCause } from './migration-2026-11-26-event-cause.js';
import { Migration20261126References } from './migration-2026-11-26-references.js';
import { Migration20261126StepKeys } from './migration-2026-11-26-step-keys.js';
import { Migration20261127History } from './migration-2026-11-27-history.js';
import { Migration20261128Jobs } from './migration-2026-11-28-jobs.js';
import { Migration20261128Numbers } from './migration-2026-11-28-numbers.js';

/** Every migration, oldest first. A list and not a folder to scan: a running service needs no file of its build. */
export const migrations = [
  Migration20261124Onboarding,
  Migration20261124Vault,
  Migration20261126References,
  Migration20261126DocumentSizes,
  Migration20261126EventCause,
  Migration20261126StepKeys,
  Migration20261127History,
  Migration20261128Numbers,
  Migration20261128Jobs,
];
