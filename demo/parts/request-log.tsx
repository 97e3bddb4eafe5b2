import { useState } from 'preact/hooks';
import type { LoggedRequest } from '../api.js';
import type { Onboarding } from '../onboarding.js';
import { useStore } from '../store.js';
import { milliseconds } from '../words.js';
import { Card } from './card.js';
import { Time } from './time.js';

/** The requests that the page has sent, the latest first. */
export function RequestLog({ onboarding }: { readonly onboarding: Onboarding }) {
  const { requests } = useStore(onboarding.store);
  const [hidesReads, hideReads] = useState(false);
  const shown = hidesReads ? requests.filter(({ method }) => method !== 'GET') : requests;
  return (
    <Card
      title="Requests"
      class="log-card"
      aside={
        <label class="check">
          <input type="checkbox" checked={hidesReads} onChange={(event) => hideReads(event.currentTarget.checked)} />
          Hide reads
        </label>
      }
    >
      {shown.length === 0 && <p class="empty">None yet.</p>}
      <ol class="log" tabIndex={shown.length > 0 ? 0 : -1} aria-label="Requests, the latest first">
        {shown.map((request) => (
          <Request key={request.id} request={request} />
        ))}
      </ol>
    </Card>
  );
}

function Request({ request: { at, method, path, status, ms, detail } }: { readonly request: LoggedRequest }) {
  const kind = status === null || status >= 400 ? 'bad' : 'good';
  return (
    <li class={method === 'GET' ? 'read' : 'write'}>
      <span class="quiet">
        <Time of={at} />
      </span>
      <b>{method}</b>
      <code>{path.replace('/api/onboarding', '')}</code>
      <span class={`answer ${kind}`}>{status ?? '–'}</span>
      <span class="duration">{milliseconds(ms)}</span>
      {detail && <span class="detail">{detail}</span>}
    </li>
  );
}
