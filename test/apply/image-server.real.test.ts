import { createHash } from 'node:crypto';
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianBaseImages } from '../../src/adapters/debian/base-images.ts';
import { imageServer } from '../../src/adapters/debian/image-servers.ts';
import { localProvider } from '../../src/adapters/local/provider.ts';
import { connectLxd } from '../../src/adapters/lxd/client.ts';
import { nodeSystem } from '../../src/adapters/node/system.ts';
import { prepareBase } from '../../src/apply/base.ts';
import type { BaseImages } from '../../src/ports/provider.ts';
import type { System } from '../../src/ports/system.ts';
import { selfSigned } from '../rig/certificate.ts';

const cache = '/var/cache/relevo';
const base = 'debian/12';
const directory = mkdtempSync(join(tmpdir(), 'relevo-server-'));
const system = nodeSystem();
const asked: string[] = [];
let server: Server;
let mirrored: System;

/** What the server does wrong with LXD; ours gets its answers all the same. */
type Fault = 'none' | 'refuses' | 'breaks off' | 'wrong sum' | 'stalls' | 'unknown alias';
let fault: Fault = 'none';
const isLxd = ({ headers }: IncomingMessage) => String(headers['user-agent']).startsWith('LXD');

/** A simplestreams server with one image. Source of the format: LXD's shared/simplestreams/products.go. */
async function serve(file: string): Promise<Server> {
  const pem = String(selfSigned().content);
  const [certificate = ''] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----\n/.exec(pem) ?? [];
  const sha256 = createHash('sha256');
  for await (const chunk of createReadStream(file)) sha256.update(chunk as Buffer);
  const item = {
    ftype: 'lxd_combined.tar.gz',
    path: 'images/base',
    sha256: sha256.digest('hex'),
    size: statSync(file).size,
  };
  const product = { aliases: base, arch: 'amd64', os: 'Debian', release: 'bookworm', release_title: '12' };
  const versions = { '20260101_00:00': { items: { 'lxd_combined.tar.gz': item } } };
  const images = {
    format: 'products:1.0',
    datatype: 'image-downloads',
    products: { 'debian:12': { ...product, versions } },
  };
  const index = {
    images: {
      datatype: 'image-downloads',
      path: 'streams/v1/images.json',
      format: 'products:1.0',
      products: ['debian:12'],
    },
  };
  const documents: Record<string, object> = {
    '/streams/v1/index.json': { format: 'index:1.0', index },
    '/streams/v1/images.json': images,
  };
  const listening = createServer({ key: pem, cert: certificate }, (request, response) => {
    asked.push(request.url ?? '');
    if (fault === 'refuses' && isLxd(request)) return void response.writeHead(403).end('use Incus');
    const document = documents[request.url ?? ''];
    const text = JSON.stringify(document);
    if (document !== undefined)
      return void response.end(fault === 'unknown alias' ? text.replaceAll(base, 'plan9/4') : text);
    if (request.url === '/images/base') return void giveImage(file, response);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  writeFileSync(join(directory, 'server.crt'), certificate);
  return listening;
}

/** The whole of it, or a beginning. */
function giveImage(file: string, response: ServerResponse): void {
  const length = statSync(file).size;
  response.writeHead(200, { 'content-length': length });
  if (fault === 'none') return void createReadStream(file).pipe(response);
  if (fault === 'wrong sum') return void response.end(Buffer.alloc(length));
  response.write(Buffer.alloc(1_000_000), () => fault === 'breaks off' && response.destroy());
}

beforeAll(async () => {
  const bases = debianBaseImages(system, cache);
  await system.files.makeDirectory(cache, 0o755);
  if (!(await bases.isCached(base))) await bases.build(base, () => {});
  server = await serve(bases.file(base));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = {
    ...system.env,
    RELEVO_IMAGE_SERVER: url,
    RELEVO_IMAGE_SERVER_CERTIFICATE: join(directory, 'server.crt'),
  };
  mirrored = { ...system, env };
}, 240_000);

afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

/** Prepares it on a fresh project; resolves to what was said and to the images that are there then. */
async function prepared(bases: BaseImages): Promise<{ lines: string[]; aliases: string[] }> {
  const socket = `${process.env['LXD_DIR']}/unix.socket`;
  await using root = connectLxd({ socket });
  const provider = localProvider(
    { name: 'relevo-bases', machines: { provider: 'local', hosts: [], image: base } },
    socket,
    root,
    system,
  );
  const lines: string[] = [];
  try {
    await provider.prepare();
    const context = { provider, bases, clock: system, programs: { node: process.execPath } };
    await prepareBase(context, base, (line) => lines.push(line));
    const { lxd } = await provider.builder();
    await lxd.settled();
    expect(await lxd.instances.list()).toEqual([]);
    return { lines, aliases: (await lxd.images.list()).flatMap(({ aliases }) => [...aliases]) };
  } finally {
    await provider.destroy(() => {});
  }
}

/** Nothing is cached, and what has been built before counts as built now. */
function withoutBuild(built: string[]): BaseImages {
  const bases = debianBaseImages(mirrored, cache);
  return { ...bases, isCached: async () => false, build: async (each) => void built.push(each) };
}

describe('a base image from an image server', () => {
  it('is copied by LXD, completed, and kept in the cache', async () => {
    const bases = debianBaseImages(mirrored, directory);
    const { lines, aliases } = await prepared(bases);
    expect(lines[0]).toMatch(/^copying debian\/12 from https:\/\/127\.0\.0\.1:\d+$/);
    expect(asked).toContain('/images/base');
    expect(await bases.isCached(base)).toBe(true);
    expect(aliases).toEqual(['base-debian-12']);
  });

  it.each<[Fault, RegExp]>([
    ['refuses', /does not give debian\/12: .*403/],
    ['unknown alias', /does not give debian\/12: /],
    ['breaks off', /does not give debian\/12: .*EOF/],
    ['wrong sum', /does not give debian\/12: .*(Hash|hash)/],
    ['stalls', /does not give debian\/12: nothing has come for 30 s/],
  ])('is built from the mirror where the server %s, and it is told why', async (given, why) => {
    fault = given;
    const built: string[] = [];
    const { lines, aliases } = await prepared(withoutBuild(built));
    expect(lines.join('\n')).toMatch(why);
    expect(lines).toContain("building it from the distribution's mirror instead");
    expect(built).toEqual([base]);
    expect(aliases).toEqual(['base-debian-12']);
    fault = 'none';
  });

  it('is not sought where the server does not answer or is not trusted', async () => {
    expect(await imageServer(base, 'lxd', mirrored)).toMatchObject({ alias: base });
    const { RELEVO_IMAGE_SERVER_CERTIFICATE: _, ...untrusting } = mirrored.env;
    expect(await imageServer(base, 'lxd', { ...system, env: untrusting })).toBeUndefined();
    const nowhere = { ...system.env, RELEVO_IMAGE_SERVER: 'https://127.0.0.1:1' };
    expect(await imageServer(base, 'lxd', { ...system, env: nowhere })).toBeUndefined();
  });
});
