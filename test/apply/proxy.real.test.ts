import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { debianBaseImages } from '../../src/adapters/debian/base-images.ts';
import { localProvider } from '../../src/adapters/local/provider.ts';
import { connectLxd } from '../../src/adapters/lxd/client.ts';
import { imageCache } from '../../src/adapters/node/cache.ts';
import { nodeSystem } from '../../src/adapters/node/system.ts';
import { prepareBase } from '../../src/apply/base.ts';
import { buildImage } from '../../src/apply/build.ts';
import type { Context } from '../../src/apply/context.ts';
import { imagePlan } from '../../src/plan/images.ts';
import type { System } from '../../src/ports/system.ts';

/** A proxy for plain HTTP that writes down what it is asked for. */
const asked: string[] = [];
let proxy: Server;
const directory = mkdtempSync(join(tmpdir(), 'relevo-proxy-'));
const system = nodeSystem();

beforeAll(async () => {
  proxy = createServer((question, answer) => {
    asked.push(question.url ?? '');
    const { method, headers, url = '' } = question;
    const onward = request(url, { method, headers }, (head) => {
      answer.writeHead(head.statusCode ?? 502, head.headers);
      head.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    question.pipe(onward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '0.0.0.0', resolve));
});

afterAll(() => {
  proxy.close();
  proxy.closeAllConnections();
  rmSync(directory, { recursive: true });
});

it('an image is built through the proxy of the host’s environment, and knows nothing of it afterwards', async () => {
  const socket = `${process.env['LXD_DIR']}/unix.socket`;
  await using root = connectLxd({ socket });
  const env: Record<string, string> = {};
  const proxied: System = {
    ...system,
    run: (argv, options) => system.run(argv, { ...options, env: { ...options?.env, ...env } }),
  };
  const machines = { provider: 'local', hosts: [], image: 'debian/12' } as const;
  const provider = localProvider({ name: 'relevo-proxied', machines }, socket, root, proxied);
  try {
    await provider.prepare();
    const { network } = await provider.observe();
    env['http_proxy'] = `http://${network.gateway}:${(proxy.address() as AddressInfo).port}`;
    const bases = debianBaseImages(system, '/var/cache/relevo');
    const context = { provider, bases, cache: imageCache(system, directory), clock: system, programs: { node: '' } };
    await prepareBase(context, 'debian/12', () => {});
    const lines: string[] = [];
    const recipe = { base: 'debian/12', packages: ['tree'], files: [], run: ['echo "proxy: $HTTP_PROXY"'] };
    await buildImage(context as unknown as Context, imagePlan('proxied', recipe), (line) => lines.push(line));
    expect(lines).toContain(`proxy: ${env['http_proxy']}`);
    expect(asked.some((url) => /\/tree_.*\.deb$/.test(url))).toBe(true);
  } finally {
    await provider.destroy(() => {});
  }
}, 240_000);
