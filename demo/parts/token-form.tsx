import { useState } from 'preact/hooks';
import type { Onboarding } from '../onboarding.js';
import { Card } from './card.js';

/** Where the service makes no tokens: one of another service's is pasted. */
export function TokenForm({ onboarding }: { readonly onboarding: Onboarding }) {
  const [token, enter] = useState('');
  const use = (event: Event) => {
    event.preventDefault();
    if (token.trim() !== '') onboarding.useToken(token);
  };
  return (
    <Card title={`A token for ${onboarding.user}`} class="narrow">
      <p>
        Another service issues the tokens of this one: <code>AUTH_JWKS_URL</code> or <code>AUTH_JWT_PUBLIC_KEY</code> is
        set. Get a token there and paste it. The page keeps it in memory and sends it to this service alone; the user is
        the one whom the token names.
      </p>
      <form class="stack" onSubmit={use}>
        <label for="token">Access token</label>
        <textarea
          id="token"
          rows={4}
          spellcheck={false}
          autocomplete="off"
          value={token}
          onInput={(event) => enter(event.currentTarget.value)}
        />
        <div class="actions">
          <button type="submit" class="primary">
            Use this token
          </button>
        </div>
      </form>
    </Card>
  );
}
