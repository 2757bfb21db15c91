import type { Secret } from '../domain/secret.ts';
import type { Lxd, WayTo } from './lxd.ts';

/** This project's access to its cluster: the client certificate, and the cluster's own, which is pinned. */
export interface ClusterAccess {
  /** The client certificate, PEM; made at the first call. */
  certificate(): Promise<string>;
  /** A secret of the project under this name: the one that is kept, or a random one, the same at each call. */
  secret(name: string): Promise<Secret>;
  /** Writes new ones down, where only their owner can read: from now on they are the project's. */
  keepSecrets(): Promise<void>;
  /** The key and certificate (PEM) with which controllers speak to the cluster; made at the first call. */
  controllerKeys(): Promise<{ readonly key: Secret; readonly certificate: string }>;
  /** The cluster's own certificate, PEM. */
  clusterCertificate(): Promise<string>;
  /** Remembers the cluster's certificate. */
  trust(serverCertificate: string): Promise<void>;
  /** A client of the cluster through these machines' addresses. */
  connect(addresses: readonly string[], way?: WayTo): Promise<Lxd>;
  /** Removes keys and certificates. */
  forget(): Promise<void>;
}
