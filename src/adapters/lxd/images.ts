import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { type Readable, pipeline as streamThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type FailureCode, RelevoError } from '../../domain/failure.ts';
import type { Config, LxdAlias, LxdImage, LxdImages, Sent } from '../../ports/lxd.ts';
import { apiError, type Operation, parse } from './answers.ts';
import { type Api, inBothDialects, withQuery } from './api.ts';
import { copyFromServer } from './image-copy.ts';
import { sha256OfFile } from './sha256.ts';
import { bodyText, brokeOff } from './transport.ts';

interface RawImage {
  readonly fingerprint: string;
  readonly size: number;
  readonly properties: Config;
  readonly aliases: readonly { name: string }[];
}

export function lxdImages(api: Api): LxdImages {
  const list = async (): Promise<LxdImage[]> => {
    const images = await api.call<RawImage[]>('GET', '/1.0/images', undefined, { query: { recursion: '1' } });
    return images.map((image) => ({ ...image, aliases: image.aliases.map(({ name }) => name) }));
  };
  const getAlias = async (alias: string) =>
    (await api.find<{ target: string }>(`/1.0/images/aliases/${alias}`))?.target;
  /** Tells by queries, not by error text, whether the alias is still to be made. */
  const named = async (fingerprint: string, alias: string) => {
    if ((await getAlias(alias)) === undefined)
      await api.call('POST', '/1.0/images/aliases', { name: alias, target: fingerprint });
    return fingerprint;
  };
  return {
    list,
    getAlias,
    async upload(image, alias, onSent) {
      const isFile = typeof image === 'string';
      const known = isFile ? await sha256OfFile(image) : createHash('sha256').update(image).digest('hex');
      if ((await api.find(`/1.0/images/${known}`)) !== undefined) return named(known, alias);
      const size = isFile ? (await stat(image)).size : image.length;
      const headers = {
        'content-type': 'application/octet-stream',
        'content-length': String(size),
        ...inBothDialects({ filename: `${alias}.tar.zst` }),
      };
      const path = withQuery('/1.0/images', {}, api.project);
      const answer = await api.raw({
        method: 'POST',
        path,
        body: isFile ? counted(createReadStream(image), size, onSent) : image,
        headers,
        deadline: 120_000,
      });
      return named(await finishedImage(api, await bodyText(answer), path), alias);
    },
    copyFromServer: async (source, alias) => named(await copyFromServer(api, source), alias),
    async publish(instance, alias, compression, properties = {}) {
      const body = { source: { type: 'instance', name: instance }, compression_algorithm: compression, properties };
      const done = await api.call<{ fingerprint: string }>('POST', '/1.0/images', body);
      return named(done.fingerprint, alias);
    },
    async download(fingerprint, file) {
      const path = withQuery(`/1.0/images/${fingerprint}/export`, {}, api.project);
      const answer = await api.raw({ method: 'GET', path });
      if (answer.statusCode !== 200)
        throw apiError(answer.statusCode ?? 500, await bodyText(answer), { method: 'GET', path });
      const part = `${file}.${process.pid}.part`;
      try {
        await pipeline(answer, createWriteStream(part, { mode: 0o600 })).catch((cause) =>
          cause.syscall === 'write' ? Promise.reject(cause) : brokeOff(cause),
        );
        await rename(part, file);
      } finally {
        await rm(part, { force: true });
      }
    },
    delete: (fingerprint) => api.call('DELETE', `/1.0/images/${fingerprint}`),
    ...aliasCalls(api),
  };
}

/** A pause of two minutes ends it, however long the whole may take. */
function counted(file: Readable, size: number, onSent: Sent = () => {}): Readable {
  let sent = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _, done) {
      sent += chunk.length;
      onSent(sent, size);
      done(null, chunk);
    },
  });
  return streamThrough(file, counter, () => {}); // an error ends both, and the request is told
}

type AliasCalls = `${'read' | 'create' | 'swap' | 'update' | 'delete'}Alias` | 'aliases' | 'etagOf';

function aliasCalls(api: Api): Pick<LxdImages, AliasCalls> {
  const path = '/1.0/images/aliases';
  return {
    aliases: () => api.call('GET', path, undefined, { query: { recursion: '1' } }),
    readAlias: (name) => api.findTagged(`${path}/${name}`),
    createAlias: (alias) => unless('conflict', api.call('POST', path, alias)),
    swapAlias: ({ name, ...body }, etag) => {
      const call = api.call('PUT', `${path}/${name}`, body, { headers: { 'if-match': etag } });
      return unless('not-found', unless('conflict', call)); // 404: gone; 412: no longer as it was
    },
    etagOf,
    updateAlias: ({ name, ...body }) => unless('not-found', api.call('PUT', `${path}/${name}`, body)),
    deleteAlias: async (name) => void (await unless('not-found', api.call('DELETE', `${path}/${name}`))),
  };
}

/** Source: LXD's lxd/util/http.go, EtagHash: the SHA-256 of Go's JSON of the whole alias, with a line break, in quotes. */
function etagOf({ name, target, description }: LxdAlias): string {
  const text = JSON.stringify({ description, target, name, type: 'container' });
  const hash = createHash('sha256').update(`${asGo(text)}\n`);
  return `"${hash.digest('hex')}"`;
}

/** Go's encoder writes these characters of texts as escapes. */
function asGo(json: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json.replace(/[<>&\u2028\u2029]/g, escaped);
}

/** False where it failed with this code. */
async function unless(code: FailureCode, call: Promise<unknown>): Promise<boolean> {
  try {
    return (await call) !== false;
  } catch (error) {
    if (error instanceof RelevoError && error.failure.code === code) return false;
    throw error;
  }
}

async function finishedImage(api: Api, text: string, path: string): Promise<string> {
  const request = { method: 'POST', path };
  const { type, error, error_code, metadata } = parse(text, request);
  if (type === 'error') throw apiError(error_code, error, request);
  const done = await api.operations.wait(metadata as Operation, 300_000);
  if (done.status_code >= 400) throw apiError(done.status_code, done.err, request);
  return (done.metadata as { fingerprint: string }).fingerprint;
}
