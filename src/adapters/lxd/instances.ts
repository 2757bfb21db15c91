import type { Config, FileAttributes, LxdInstance, LxdInstances } from '../../ports/lxd.ts';
import { apiError, parse } from './answers.ts';
import { type Api, type CallOptions, inBothDialects, usualDeadline, withQuery } from './api.ts';
import { exec } from './exec.ts';
import { execInteractive } from './exec-interactive.ts';
import { bodyBytes, bodyText } from './transport.ts';

export function lxdInstances(api: Api): LxdInstances {
  const path = (name: string) => `/1.0/instances/${name}`;
  const get = (name: string) => api.find<LxdInstance>(path(name));
  const setState = (name: string, body: object, options?: CallOptions) =>
    api.call<void>('PUT', `${path(name)}/state`, body, options);
  /** `config` is null where the member did not answer. */
  const survey = async () => {
    const query = { recursion: '1' };
    const all = await api.call<(LxdInstance & { config: Config | null })[]>('GET', '/1.0/instances', undefined, {
      query,
    });
    return { read: all.filter(({ config }) => config !== null), unread: all.filter(({ config }) => config === null) };
  };
  return {
    get,
    survey,
    list: async () => (await survey()).read,
    async create({ name, image, config, devices, target }) {
      const source =
        'instance' in image
          ? { type: 'copy', source: image.instance, project: api.project }
          : { type: 'image', ...image };
      const body = { name, type: 'container', source, config, devices, profiles: [] };
      await api.call('POST', '/1.0/instances', body, target === undefined ? {} : { query: { target } });
    },
    async update(name, config, devices) {
      const current = await api.call<LxdInstance & { architecture: string }>('GET', path(name));
      const kept = Object.entries(current.config).filter(([key]) => /^(volatile|image)\./.test(key));
      const { architecture, profiles } = current;
      await api.call('PUT', path(name), {
        architecture,
        profiles,
        config: { ...config, ...Object.fromEntries(kept) },
        devices,
      });
    },
    patchConfig: (name, config) => api.call('PATCH', path(name), { config }),
    start: (name) => setState(name, { action: 'start', timeout: 60 }),
    stop: (name, { force, timeout = 30 }) =>
      setState(name, { action: 'stop', force, timeout }, { operationDeadline: patienceWith(timeout) }),
    async delete(name) {
      if ((await get(name)) !== undefined) await api.call('DELETE', path(name));
    },
    async consoleLog(name) {
      const request = { method: 'GET', path: withQuery(`${path(name)}/console`, {}, api.project) };
      const answer = await api.raw(request);
      return answer.statusCode === 200 ? bodyText(answer) : (settled(answer, request) as never);
    },
    exec: (name, argv, options) => exec(api, name, argv, options),
    execInteractive: (name, argv, terminal) => execInteractive(api, name, argv, terminal),
    ...fileCalls(api),
  };
}

/** Milliseconds. LXD itself ends the operation after `timeout` seconds, and says how it went. */
function patienceWith(timeout: number): number {
  return Math.max(usualDeadline, (timeout + 60) * 1000);
}

function fileCalls(api: Api): Pick<LxdInstances, 'pushFile' | 'readFile' | 'deleteFile' | 'makeDirectory'> {
  const url = (name: string, path: string) =>
    withQuery(`/1.0/instances/${name}/files`, { query: { path } }, api.project);
  const post = async (name: string, path: string, type: string, attributes: FileAttributes, body: Uint8Array) => {
    const request = { method: 'POST', path: url(name, path), headers: { ...fileHeaders(type, attributes) }, body };
    await settled(await api.raw(request), request);
  };
  return {
    pushFile: (name, path, bytes, attributes = {}) =>
      post(name, path, 'file', { mode: 0o644, ...attributes }, Buffer.from(bytes as Uint8Array)),
    makeDirectory: (name, path, attributes = {}) =>
      post(name, path, 'directory', { mode: 0o755, ...attributes }, new Uint8Array()),
    async readFile(name, path) {
      const request = { method: 'GET', path: url(name, path) };
      const answer = await api.raw(request);
      if (answer.statusCode === 404) return void answer.resume();
      if (answer.statusCode === 200) return bodyBytes(answer);
      return settled(answer, request) as never;
    },
    async deleteFile(name, path) {
      const request = { method: 'DELETE', path: url(name, path) };
      await settled(await api.raw(request), request);
    },
  };
}

function fileHeaders(type: string, { mode, uid = 0, gid = 0 }: FileAttributes): Config {
  const octal = `0${(mode ?? 0o644).toString(8)}`;
  return inBothDialects({ type, mode: octal, uid: String(uid), gid: String(gid), write: 'overwrite' });
}

async function settled(
  answer: Parameters<typeof bodyText>[0],
  request: { method: string; path: string },
): Promise<void> {
  const { type, error, error_code } = parse(await bodyText(answer), request);
  if (type === 'error') throw apiError(error_code, error, request);
}
