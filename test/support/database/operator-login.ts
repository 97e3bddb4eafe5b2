import pg from 'pg';

const PASSWORD = 'operator';

/** What the owner gives to the role of operators in the schema of jobs: rows, and no right to change the schema. */
const GRANTS = [
  'grant usage on schema jobs to onboarding_operator',
  'grant select, insert, update, delete on all tables in schema jobs to onboarding_operator',
  'grant execute on all functions in schema jobs to onboarding_operator',
];

/**
 * Makes a login that inherits the role of operators, with its rights on jobs.
 * @param ownerUrl of the schema's owner
 * @returns the login's URL, on the same database
 */
export async function operatorLogin(ownerUrl: string, url = ownerUrl): Promise<string> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    // Roles belong to the server, which several specs share.
    await owner.query(`
      do $$ begin
        create role test_operator login password '${PASSWORD}' in role onboarding_operator;
      exception when duplicate_object or unique_violation then null;
      end $$`);
    for (const grant of GRANTS) await owner.query(grant);
  } finally {
    await owner.end();
  }
  return Object.assign(new URL(url), { username: 'test_operator', password: PASSWORD }).href;
}
