import { request } from 'node:https';
import { RelevoError } from '../../domain/failure.ts';
import type { LxdServerInfo } from '../../ports/lxd.ts';
import type { ImageServer } from '../../ports/provider.ts';
import type { System } from '../../ports/system.ts';

type Product = LxdServerInfo['product'];

const cloudImages = 'https://cloud-images.ubuntu.com/releases';

/**
 * Simplestreams servers by the distribution's name. The one of Incus refuses LXD since 2024. Source: the clients' own
 * remotes, https://github.com/canonical/lxd/pull/13247.
 */
const servers: Readonly<Record<Product, Readonly<Record<string, string>>>> = {
  lxd: { debian: 'https://images.lxd.canonical.com', ubuntu: cloudImages },
  incus: { debian: 'https://images.linuxcontainers.org', ubuntu: cloudImages },
};

/** Milliseconds: a network without the server shall not hold up what can be built without it. */
const patience = 3000;

/**
 * The image server for a base such as `debian/12` and this kind of daemon, where it can be reached. `RELEVO_IMAGE_SERVER` names a mirror to be
 * asked instead, `RELEVO_IMAGE_SERVER_CERTIFICATE` a PEM file of its certificate where no public authority signed it.
 */
export async function imageServer(base: string, product: Product, system: System): Promise<ImageServer | undefined> {
  const [distribution = '', release = ''] = base.split('/');
  const mirror = system.env['RELEVO_IMAGE_SERVER'];
  const server = mirror ?? servers[product][distribution];
  if (server === undefined) return undefined;
  if (!URL.canParse(server) || !server.startsWith('https:'))
    throw new RelevoError({ code: 'usage', message: `RELEVO_IMAGE_SERVER is no https URL: ${server}` });
  const file = system.env['RELEVO_IMAGE_SERVER_CERTIFICATE'];
  const certificate = file === undefined ? undefined : await system.files.readText(file);
  if (!(await answers(`${server.replace(/\/$/, '')}/streams/v1/index.json`, certificate))) return undefined;
  const alias = mirror === undefined && distribution === 'ubuntu' ? release : base;
  return { server, alias, ...(certificate !== undefined && { certificate }) };
}

function answers(url: string, ca: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(patience);
    request(url, { method: 'HEAD', signal, ...(ca !== undefined && { ca }) }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    })
      .on('error', () => resolve(false)) // whatever the reason: it is built from the distribution's mirror then
      .end();
  });
}
