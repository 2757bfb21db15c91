import { X509Certificate } from 'node:crypto';
import { Secret } from '../../domain/secret.ts';
import type { Space } from '../../domain/storage.ts';
import type {
  Config,
  ConnectLxd,
  Lxd,
  LxdCluster,
  LxdMember,
  LxdNetworks,
  LxdPools,
  LxdProjects,
  LxdServerInfo,
} from '../../ports/lxd.ts';
import { apiError, type Operation, parse } from './answers.ts';
import { type Api, lxdApi } from './api.ts';
import { changes } from './changes.ts';
import { leaderMark } from './exec.ts';
import { lxdImages } from './images.ts';
import { lxdInstances } from './instances.ts';
import { operations } from './operations.ts';
import { bodyText, type Transport, transport } from './transport.ts';

/** A client of LXD's REST API; opens nothing until the first call. */
export const connectLxd: ConnectLxd = (target, options = {}) => {
  const { project = 'default', deadline = 30_000, restricted = false } = options;
  const wire = transport(target, deadline);
  const background = operations(wire, restricted ? `project=${project}` : 'all-projects=true');
  const close = async () => {
    wire.close();
    background.close(); // what is still waited for is asked for over new connections
  };
  const through = (name: string, over: Transport): Lxd => {
    const api = lxdApi(over, background, name);
    return {
      project: (other) => through(other, over),
      guardedBy: (mayWrite) => through(name, over.guardedBy(mayWrite)),
      server: () => serverInfo(api),
      projects: projects(api),
      pools: pools(api),
      networks: networks(api),
      images: lxdImages(api),
      instances: lxdInstances(api),
      cluster: cluster(api),
      settled: () => settled(api),
      changes: (onChange) => changes(wire, name, onChange),
      trust: (own, certificate, projects) => trust(api, own, certificate, projects),
      useOnly: (endpoints) => wire.useOnly(endpoints),
      close,
      [Symbol.asyncDispose]: close,
    };
  };
  return through(project, wire);
};

async function trust(api: Api, name: string, pem: string, projects: readonly string[]): Promise<void> {
  const certificate = new X509Certificate(pem);
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  const known = await api.find<{ projects: readonly string[] }>(`/1.0/certificates/${fingerprint}`);
  if (known !== undefined) return;
  const body = { name, projects, type: 'client', restricted: true, certificate: certificate.raw.toString('base64') };
  await api.call('POST', '/1.0/certificates', body, { project: null });
}

/**
 * Commands are killed by LXD as soon as it hears that their client is gone, which may take it two minutes where a machine
 * lost power: repairs don't wait that long.
 */
async function settled(api: Api): Promise<void> {
  type Running = Operation & { readonly class: 'task' | 'websocket' | 'token' };
  const query = { recursion: '1' };
  const { running = [] } = await api.call<{ running?: Running[] }>('GET', '/1.0/operations', undefined, { query });
  const tasks = running.filter((operation) => operation.class === 'task');
  const commands = running.filter(({ metadata }) => leaderMark in ((metadata?.['environment'] ?? {}) as Config));
  const patience = AbortSignal.timeout(30_000);
  const ended = (command: Operation) =>
    api.operations.wait(command, Infinity, patience).catch((error) => {
      if (!patience.aborted) throw error;
    });
  await Promise.all([...tasks.map((task) => api.operations.wait(task, 120_000)), ...commands.map(ended)]);
}

interface RawServer {
  readonly environment: {
    readonly server: string;
    readonly server_version: string;
    readonly server_name: string;
    readonly server_pid: number;
  };
}

async function serverInfo(api: Api): Promise<LxdServerInfo> {
  const { environment } = await api.call<RawServer>('GET', '/1.0', undefined, { project: null });
  return {
    product: environment.server === 'incus' ? 'incus' : 'lxd',
    version: environment.server_version,
    name: environment.server_name,
    pid: environment.server_pid,
  };
}

const recursive = { query: { recursion: '1' }, project: null };

function projects(api: Api): LxdProjects {
  return {
    get: (name) => api.find(`/1.0/projects/${name}`),
    create: (name, config, description = '') => api.call('POST', '/1.0/projects', { name, config, description }),
    delete: (name) => api.call('DELETE', `/1.0/projects/${name}`),
  };
}

function pools(api: Api): LxdPools {
  return {
    get: (name) => api.find(`/1.0/storage-pools/${name}`),
    create: (name, driver, config) => api.call('POST', '/1.0/storage-pools', { name, driver, config }),
    delete: (name) => api.call('DELETE', `/1.0/storage-pools/${name}`),
    space: (name, member) => poolSpace(api, `/1.0/storage-pools/${name}/resources?target=${member}`),
  };
}

/** A member that does not answer would be waited for by the one that is asked. */
async function poolSpace(api: Api, path: string): Promise<Space> {
  const request = { method: 'GET', path, deadline: 4000 };
  const { type, error, error_code, metadata } = parse(await bodyText(await api.raw(request)), request);
  if (type === 'error') throw apiError(error_code, error, request);
  const { used = 0, total = 0 } = (metadata as { space?: Partial<Space> }).space ?? {}; // LXD leaves out zeros
  return { used, total };
}

/** Bridges live in the default project, whatever the client's. LXD lists the host's other interfaces among them. */
function networks(api: Api): LxdNetworks {
  type Network = { name: string; type: string; managed: boolean; config: Config };
  const inDefault = { project: 'default' };
  return {
    async get(name) {
      const all = await this.list();
      return all.find((network) => network.name === name);
    },
    async list() {
      const query = { recursion: '1' };
      const all = await api.call<Network[]>('GET', '/1.0/networks', undefined, { ...inDefault, query });
      return all.filter(({ managed }) => managed);
    },
    create: (name, config, description = '') =>
      api.call('POST', '/1.0/networks', { name, type: 'bridge', config, description }, inDefault),
    delete: (name) => api.call('DELETE', `/1.0/networks/${name}`, undefined, inDefault),
  };
}

interface RawMember {
  readonly server_name: string;
  readonly url: string;
  readonly status: string;
  readonly message: string;
  readonly roles: readonly string[];
}

interface TokenParts {
  readonly serverName: string;
  readonly secret: string;
  readonly fingerprint: string;
  readonly addresses: readonly string[];
  readonly expiresAt: string;
}

function cluster(api: Api): LxdCluster {
  return {
    async members() {
      const members = await api.call<RawMember[]>('GET', '/1.0/cluster/members', undefined, recursive);
      return members.map(({ server_name, ...rest }): LxdMember => ({ name: server_name, ...rest }));
    },
    joinToken: (member) => joinToken(api, member),
    removeMember: (name, { force }) =>
      api.call('DELETE', `/1.0/cluster/members/${name}`, undefined, {
        project: null,
        query: force ? { force: '1' } : {},
      }),
  };
}

/** The token is the operation's own metadata, which stays running until the member has joined. Source: LXD, shared/api/cluster.go. */
async function joinToken(api: Api, member: string): Promise<Secret> {
  const request = { method: 'POST', path: '/1.0/cluster/members', body: { server_name: member } };
  const { type, error, error_code, metadata } = parse(await bodyText(await api.raw(request)), request);
  if (type === 'error') throw apiError(error_code, error, request);
  const { serverName, secret, fingerprint, addresses, expiresAt } = (metadata as { metadata: TokenParts }).metadata;
  const parts = { server_name: serverName, fingerprint, addresses, secret, expires_at: expiresAt };
  return new Secret(Buffer.from(JSON.stringify(parts)).toString('base64'));
}
