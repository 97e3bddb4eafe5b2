import { useState } from 'preact/hooks';
import type { FlowId } from '../api.js';
import type { FeedState, Transport } from '../feed.js';
import type { Onboarding } from '../onboarding.js';
import { recentUsers } from '../recent-users.js';
import { useStore } from '../store.js';
import { WIZARDS } from '../words.js';
import { Mark } from './icons.js';

interface HeaderProps {
  readonly onboarding: Onboarding;
  readonly onUser: (user: string) => void;
}

export function Header({ onboarding, onUser }: HeaderProps) {
  return (
    <header class="top">
      <div class="brand">
        <Mark />
        <div>
          <h1>Onboarding, live</h1>
          <p>
            A developer’s view of one user · <a href="/docs">the API</a>
          </p>
        </div>
      </div>
      <div class="controls">
        <UserForm key={onboarding.user} user={onboarding.user} onUser={onUser} />
        <WizardChoice onboarding={onboarding} />
        <Connection onboarding={onboarding} />
      </div>
    </header>
  );
}

interface UserFormProps {
  readonly user: string;
  readonly onUser: (user: string) => void;
}

function UserForm({ user, onUser }: UserFormProps) {
  const [name, enter] = useState(user);
  const open = (event: Event) => {
    event.preventDefault();
    const chosen = name.trim();
    if (chosen !== '' && chosen !== user) onUser(chosen);
  };
  return (
    <form class="control" onSubmit={open}>
      <label for="user">User</label>
      <span class="joined">
        <input
          id="user"
          list="recent-users"
          maxLength={255}
          autocomplete="off"
          spellcheck={false}
          value={name}
          onInput={(event) => enter(event.currentTarget.value)}
        />
        <button type="submit">Open</button>
      </span>
      <datalist id="recent-users">
        {recentUsers().map((recent) => (
          <option key={recent} value={recent} />
        ))}
      </datalist>
    </form>
  );
}

function WizardChoice({ onboarding }: { readonly onboarding: Onboarding }) {
  const { wizard, init } = useStore(onboarding.store);
  const own = init && wizard === null ? `: ${WIZARDS[init.onboarding.flow].toLowerCase()}` : '';
  return (
    <div class="control">
      <label for="wizard">Wizard</label>
      <select
        id="wizard"
        title="The header Onboarding-Flow of each request"
        value={wizard ?? ''}
        onChange={(event) => onboarding.useWizard((event.currentTarget.value || null) as FlowId | null)}
      >
        <option value="">The user’s{own}</option>
        {Object.entries(WIZARDS).map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

const STATES: Readonly<Record<FeedState, string>> = {
  off: 'Disconnected',
  connecting: 'Connecting',
  live: 'Live',
  waiting: 'Waiting to reconnect',
  'signed-out': 'Signed out',
  stopped: 'Stopped',
};

const TRANSPORTS: readonly (readonly [Transport, string])[] = [
  ['websocket', 'WebSocket'],
  ['events', 'Events'],
];

function Connection({ onboarding }: { readonly onboarding: Onboarding }) {
  const { feed, feedProblem, transport } = useStore(onboarding.store);
  const isOn = feed === 'connecting' || feed === 'live' || feed === 'waiting';
  return (
    <div class="control">
      <span class={`feed ${feed}`} role="status" aria-label="Live connection" title={feedProblem ?? undefined}>
        <i aria-hidden="true" />
        {STATES[feed]}
      </span>
      <span class="joined">
        <fieldset class="switch">
          <legend class="unseen">Transport</legend>
          {TRANSPORTS.map(([id, name]) => (
            <label key={id}>
              <input
                type="radio"
                name="transport"
                value={id}
                checked={transport === id}
                onChange={() => onboarding.useTransport(id)}
              />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
        <button type="button" onClick={() => (isOn ? onboarding.disconnect() : onboarding.connect())}>
          {isOn ? 'Disconnect' : 'Connect'}
        </button>
      </span>
    </div>
  );
}
