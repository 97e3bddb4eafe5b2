/** The version of pg-boss's schema that the migrations make, which the package in use must want. */
export const JOBS_SCHEMA_VERSION = 46;
