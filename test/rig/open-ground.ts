import type { Builder } from '../../src/ports/provider.ts';

/** Of a builder whose host has a way to everywhere. */
export const openGround: Omit<Builder, 'lxd'> = {
  ...{ pool: 'pool', network: 'network', offlineHint: '' },
  surroundings: async () => ({ environment: {}, apt: [], authorities: [] }),
};
