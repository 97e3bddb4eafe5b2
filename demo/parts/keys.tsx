import { useState } from 'preact/hooks';
import type { Onboarding } from '../onboarding.js';
import { sampleKeyOf } from '../samples.js';
import { useStore } from '../store.js';
import { Card } from './card.js';
import { OutcomeNote } from './outcome-note.js';

/** Providers that the form offers; the API takes more. */
const OFFERED: readonly (readonly [string, string])[] = [
  ['openai', 'OpenAI'],
  ['gemini', 'Google Gemini'],
  ['anthropic', 'Anthropic'],
  ['groq', 'Groq'],
  ['exa', 'Exa'],
];

/** The user's keys, masked, and a form for another one. */
export function Keys({ onboarding }: { readonly onboarding: Onboarding }) {
  const { keys } = useStore(onboarding.store);
  const [provider, choose] = useState('openai');
  const [key, enter] = useState(sampleKeyOf('openai'));
  const saved = Object.entries(keys?.api_keys ?? {});
  const save = (event: Event) => {
    event.preventDefault();
    onboarding.saveKey(provider, key);
  };
  return (
    <Card title="Keys" aside={<span class="quiet">{saved.length === 0 ? 'none' : `${saved.length} saved`}</span>}>
      {saved.length > 0 && (
        <ul class="keys">
          {saved.map(([name, mask]) => (
            <li key={name}>
              <span>{name}</span>
              <code>{mask}</code>
              <button
                type="button"
                class="link"
                onClick={() => onboarding.removeKey(name)}
                aria-label={`Remove the key of ${name}`}
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
      <form class="key-form" onSubmit={save}>
        <label class="unseen" for="provider">
          Provider
        </label>
        <select
          id="provider"
          value={provider}
          onChange={(event) => {
            choose(event.currentTarget.value);
            enter(sampleKeyOf(event.currentTarget.value));
          }}
        >
          {OFFERED.map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <label class="unseen" for="key">
          Key
        </label>
        <input
          id="key"
          class="code"
          autocomplete="off"
          spellcheck={false}
          value={key}
          onInput={(event) => enter(event.currentTarget.value)}
        />
        <button type="submit">Save key</button>
      </form>
      <p class="hint">
        A local service also writes keys to its <code>.env</code>; to remove one here removes it there.
      </p>
      <OutcomeNote onboarding={onboarding} place="keys" />
    </Card>
  );
}
