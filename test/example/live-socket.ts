/** What is used here of the service's messages. */
interface Message {
  readonly type: 'snapshot' | 'event' | 'live' | 'status' | 'beat' | 'error';
  readonly position: string;
  readonly status?: { readonly completion_percentage: number };
  readonly retry_ms?: number;
}

/** How a socket has ended, and where to go on. */
interface Ending {
  readonly code: number;
  readonly position: string | null;
  readonly retryMs: number | null;
}

/** Shows how far the user is until the socket ends. It needs nothing but the platform's WebSocket, in a browser as in Node. */
export function showProgress(
  url: string,
  token: string,
  after: string | null,
  show: (percentage: number) => void,
): Promise<Ending> {
  const address = new URL('/api/onboarding/live', url.replace(/^http/, 'ws'));
  if (after !== null) address.searchParams.set('after', after);
  const socket = new WebSocket(address, 'onboarding.v1');
  // A browser sends no `Authorization` with it.
  socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'authenticate', token })));
  let [position, retryMs]: [string | null, number | null] = [after, null];
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.type === 'error') retryMs = message.retry_ms ?? null;
    else position = message.position;
    if (message.status) show(message.status.completion_percentage);
  });
  return new Promise((ended) => {
    socket.addEventListener('close', ({ code }) => ended({ code, position, retryMs }));
  });
}
