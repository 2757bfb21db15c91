/** What the file need not say. The schema publishes these, and `normalise.ts` fills them in. */
export const defaults = {
  provider: 'local',
  image: 'debian/12',
  template: false,
  mode: '0644',
  healthPath: '/',
  startPeriod: '30s',
  replicas: 1,
  algorithm: 'roundrobin',
  publish: 8080,
  /** Runs `command`; a service without one is run by its package's own unit, which begins as root. */
  user: 'relevo',
  userWithoutCommand: 'root',
} as const;
