import type { FeedMessage } from '../feed.js';
import type { Onboarding } from '../onboarding.js';
import { useStore } from '../store.js';
import { Card } from './card.js';
import { Time } from './time.js';

/** The messages of the live connection as they came, folded until somebody looks. */
export function Messages({ onboarding }: { readonly onboarding: Onboarding }) {
  const { messages, feedProblem } = useStore(onboarding.store);
  return (
    <Card title="Live messages" class="log-card" aside={<span class="quiet">{messages.length} received</span>}>
      {feedProblem && (
        <p class="failure" role="alert">
          {feedProblem}
        </p>
      )}
      <details class="fold">
        <summary>The messages as they came</summary>
        {messages.length === 0 && <p class="empty">None yet.</p>}
        <ol class="log messages" tabIndex={messages.length > 0 ? 0 : -1} aria-label="Live messages, the latest first">
          {messages.map((message) => (
            <Message key={message.id} message={message} />
          ))}
        </ol>
      </details>
    </Card>
  );
}

function Message({ message: { id: _, at, ...message } }: { readonly message: FeedMessage }) {
  return (
    <li>
      <span class="quiet">
        <Time of={at} />
      </span>
      <b>{message.type}</b>
      <pre>{JSON.stringify(message, null, 1)}</pre>
    </li>
  );
}
