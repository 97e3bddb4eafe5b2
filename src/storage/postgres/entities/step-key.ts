/*
 * What the database takes as the name of a step: a key, and no number. A process of a version that still numbered the steps fails
 * here, instead of mixing both. Which keys there are is not the schema's business: a new step needs no migration.
 */

/** A regular expression of PostgreSQL. */
export const STEP_KEY = '^[a-z]';

/** A path in JSON: a key that is a number. */
export const NUMBERED = '$.keyvalue().key ? (@ like_regex "^[0-9]")';
