import type { Statement } from '../../../storage/wire/statement.js';

/** The user's competitors are those of the list, in its order, and no others. Values: user, session, time, the list. */
export const replaceCompetitors: Statement = {
  name: 'replace-competitors',
  text: `with gone as (delete from competitor_analyses where user_id = $1 and position >= jsonb_array_length($4))
         insert into competitor_analyses as saved (user_id, session_id, created_at, position, url, details)
         select $1, $2, $3, item.position - 1, item.details ->> 'url', item.details
         from jsonb_array_elements($4) with ordinality as item (details, position)
         on conflict (user_id, position) do update
         set url = excluded.url, details = excluded.details, created_at = excluded.created_at`,
};
