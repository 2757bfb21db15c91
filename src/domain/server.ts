/** What HAProxy makes of a server; `unknown`: nobody said so. */
export type ServerState = 'up' | 'down' | 'maint' | 'drain' | 'unknown';

const states = ['up', 'down', 'maint', 'drain'] as const;

/** From HAProxy's words: `UP`, `UP 1/3`, `DOWN 1/2`, `MAINT (via s/a)`, … Source: its management guide, 9.1, field `status`. */
export function serverState(status: string | undefined): ServerState {
  const [word] = status?.toLowerCase().match(/^[a-z]+/) ?? [];
  return states.find((state) => state === word) ?? 'unknown';
}

export function isUp(status: string | undefined): boolean {
  return serverState(status) === 'up';
}
