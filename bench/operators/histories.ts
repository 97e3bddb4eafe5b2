import { asSuperuser, type Database } from '../cluster.ts';
import { EVENTS, FIRST_ATTEMPTS, FURTHER_ATTEMPTS, PEOPLE, SESSIONS } from './histories.sql.ts';

/** Days over which users have started. */
export const DAYS = 180;

/** Days of starts whose events one transaction writes: as in life, what came later lies further behind. */
const SLICE_DAYS = 5;

/** The steps of a wizard. */
interface Chain {
  readonly flow: string;
  readonly steps: readonly string[];
}

/** Makes users who have started over 180 days, with their sessions and events, about ten each; returns how many events there are. */
export async function makeHistories(
  { superuserUrl }: Database,
  users: number,
  chains: readonly Chain[],
): Promise<number> {
  return asSuperuser(superuserUrl, async (client) => {
    // What is written references what is written: a check for each row would only take time.
    await client.query(
      `set session_replication_role = 'replica'; set synchronous_commit = off; set work_mem = '128MB'; select setseed(0.19)`,
    );
    await client.query(PEOPLE, [users, DAYS, JSON.stringify(chains)]);
    for (const statement of [FIRST_ATTEMPTS, FURTHER_ATTEMPTS, 'analyze attempt', SESSIONS])
      await client.query(statement);
    const { rows } = await client.query<{ now: string }>('select now()::text');
    let events = 0;
    for (let day = DAYS; day >= 0; day -= SLICE_DAYS) {
      const { rowCount } = await client.query(EVENTS, [rows[0]?.now, day + SLICE_DAYS, day]);
      events += rowCount ?? 0;
    }
    return events;
  });
}
