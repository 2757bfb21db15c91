import { randomBytes } from 'node:crypto';
import { dirname } from 'node:path';
import { RelevoError } from '../../domain/failure.ts';
import { clusterPort } from '../../domain/network.ts';
import { Secret } from '../../domain/secret.ts';
import type { ClusterAccess } from '../../ports/cluster.ts';
import type { ConnectLxd } from '../../ports/lxd.ts';
import type { System } from '../../ports/system.ts';

/** Keys and certificates of one project, in a directory that only its owner can read. */
export function clusterAccess(project: string, directory: string, system: System, connect: ConnectLxd): ClusterAccess {
  const [key, certificate, server] = ['client.key', 'client.crt', 'cluster.crt'].map(
    (name) => `${directory}/${name}`,
  ) as [string, string, string];
  const unkept = new Map<string, string>();
  return {
    async certificate() {
      if (!(await system.files.exists(certificate)))
        await makeCertificate(`relevo-${project}`, `${directory}/client`, system);
      return must(await system.files.readText(certificate), certificate);
    },
    async secret(name) {
      const known = await system.files.readText(`${directory}/${name}`);
      if (known !== undefined) return new Secret(known);
      const text = unkept.get(name) ?? randomBytes(24).toString('base64url');
      unkept.set(name, text);
      return new Secret(text);
    },
    async keepSecrets() {
      for (const [name, text] of unkept) await system.files.write(`${directory}/${name}`, text, 0o600);
      unkept.clear();
    },
    async controllerKeys() {
      const stem = `${directory}/controller`;
      if (!(await system.files.exists(`${stem}.crt`)))
        await makeCertificate(`relevo-${project}-controller`, stem, system);
      const read = async (file: string) => must(await system.files.readText(file), file);
      return { key: new Secret(await read(`${stem}.key`)), certificate: await read(`${stem}.crt`) };
    },
    clusterCertificate: async () => must(await system.files.readText(server), server),
    trust: (text) => system.files.write(server, text, 0o600),
    async connect(addresses, way) {
      const [clientKey, clientCertificate, serverCertificate] = await Promise.all(
        [key, certificate, server].map((file) => system.files.readText(file)),
      );
      return connect(
        {
          endpoints: addresses.map((address) => `https://${address}:${clusterPort}`),
          clientKey: new Secret(must(clientKey, key)),
          clientCertificate: must(clientCertificate, certificate),
          serverCertificate: must(serverCertificate, server),
          ...(way && { way }),
        },
        { deadline: 10_000 },
      );
    },
    forget: () => system.files.remove(directory),
  };
}

/** `${stem}.key` and `${stem}.crt`; the certificate is complete or not there. */
async function makeCertificate(name: string, stem: string, system: System): Promise<void> {
  await system.files.makeDirectory(dirname(stem), 0o700);
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '3650'];
  const out = ['-subj', `/CN=${name}`, '-keyout', `${stem}.key`, '-out', `${stem}.crt.part`];
  const { code, stderr } = await system.run(['openssl', 'req', '-x509', ...curve, ...out]);
  if (code !== 0) {
    const evidence = { title: 'openssl', lines: [stderr] };
    throw new RelevoError({ code: 'failed', message: 'no client certificate could be made', evidence });
  }
  await system.files.rename(`${stem}.crt.part`, `${stem}.crt`);
}

function must(text: string | undefined, file: string): string {
  if (text !== undefined) return text;
  const hint = 'run it as the user who ran `relevo up`, or `relevo destroy` and `relevo up` again';
  throw new RelevoError({
    code: 'not-found',
    message: `${file} is missing: the cluster can't be reached without it`,
    hint,
  });
}
