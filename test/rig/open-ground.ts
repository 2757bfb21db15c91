import type { ImageCache } from '../../src/ports/cache.ts';
import type { Builder } from '../../src/ports/provider.ts';

/** Of a builder whose host has a way to everywhere. */
export const openGround: Omit<Builder, 'lxd'> = {
  ...{ pool: 'pool', network: 'network', offlineHint: '' },
  surroundings: async () => ({ environment: {}, apt: [], authorities: [] }),
};

/** A cache that keeps what there is. */
export const quietCache: Omit<ImageCache, 'file'> = {
  ...{ list: async () => [], tidy: async () => {}, need: async () => {}, forget: async () => {} },
  ...{ unneeded: async () => [], remove: async () => {} },
};
