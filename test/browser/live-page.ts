import { watchProgress } from '../../client/onboarding-client.js';

/** What the tests give the page: the token as the page's sign-in would. */
declare const freshToken: () => Promise<string>;

/** How the tests leave the page. */
declare global {
  var leave: () => void;
}

const query = new URLSearchParams(location.search);
const show = (id: string, text: string) => {
  const element = document.getElementById(id);
  if (element) element.textContent = text;
};

/** Everything that the handlers were given, a line each; it is still there after a reload. */
const lines: string[] = JSON.parse(sessionStorage.getItem('lines') ?? '[]') as string[];
const note = (line: string) => {
  lines.push(line);
  sessionStorage.setItem('lines', JSON.stringify(lines));
  show('lines', lines.join('\n'));
};

const leaving = new AbortController();
globalThis.leave = () => leaving.abort();

const watch = watchProgress({
  url: query.get('service') ?? '',
  transport: query.get('transport') === 'events' ? 'events' : 'websocket',
  token: freshToken,
  after: sessionStorage.getItem('position'),
  onSnapshot: ({ reason }) => note(`snapshot ${reason}`),
  onEvent: ({ event, position }) => {
    note(`${position} ${event.type} ${event.step_key}`);
    sessionStorage.setItem('position', watch.position ?? '');
  },
  onStatus: ({ completion_percentage }) => {
    show('percentage', String(completion_percentage));
    sessionStorage.setItem('position', watch.position ?? '');
  },
  onConnection: (state) => show('state', state),
  onError: ({ message }) => note(`error ${message}`),
  signal: leaving.signal,
});
show('lines', lines.join('\n'));
