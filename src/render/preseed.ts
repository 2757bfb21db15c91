import { stringify } from 'yaml';
import { clusterPort } from '../domain/network.ts';
import type { PoolPlan } from '../domain/storage.ts';

/** What machines keep of ours. */
export const machineDirectory = '/var/lib/relevo';

/** A path that does not exist yet, on the machine's btrfs root, outside /var/lib/lxd. */
const ownPath: PoolPlan = { driver: 'btrfs', config: { source: `${machineDirectory}/pool` } };
export const clusterPool = 'local';
export const clusterNetwork = 'relevo0';

/** `lxd init --preseed` for the first member. `network`: `198.19.0.1/16`. `names`: lines for the bridge's dnsmasq. `pool`: the storage on this machine. */
export function bootstrapPreseed(
  machine: string,
  address: string,
  network: string,
  names: string,
  pool = ownPath,
): string {
  return stringify({
    config: { 'core.https_address': `${address}:${clusterPort}`, 'cluster.images_minimal_replica': '-1' },
    cluster: { enabled: true, server_name: machine },
    storage_pools: [{ name: clusterPool, ...pool }],
    networks: [
      {
        name: clusterNetwork,
        type: 'bridge',
        config: { 'ipv4.address': network, 'ipv4.nat': 'true', 'ipv6.address': 'none', 'raw.dnsmasq': names },
      },
    ],
  });
}

/** `lxd init --preseed` for every further member; pools and networks come from the cluster. */
export function joinPreseed(address: string, token: string, pool = ownPath): string {
  return stringify({
    cluster: {
      enabled: true,
      server_address: `${address}:${clusterPort}`,
      cluster_token: token,
      member_config: Object.entries({ source: '', ...pool.config }).map(([key, value]) => ({
        ...{ entity: 'storage-pool', name: clusterPool, key, value },
      })),
    },
  });
}
