import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageFile } from '../../src/domain/desired.ts';
import { certificateFile, selfSignedCommand } from '../../src/render/haproxy-tls.ts';

/** Made by the command that runs in a balancer, elsewhere. */
export function selfSigned(names: readonly string[] = ['localhost', '127.0.0.1']): ImageFile {
  const directory = mkdtempSync(join(tmpdir(), 'relevo-tls-'));
  const target = join(directory, 'site.pem');
  const argv = selfSignedCommand(names).map((each) => each.replaceAll(certificateFile, target));
  const [program = '', ...words] = argv.map((each) => each.replace('/etc/haproxy/relevo', directory));
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  const content = status === 0 ? readFileSync(target, 'utf8') : stderr;
  rmSync(directory, { recursive: true });
  return { target: certificateFile, mode: 0o600, content };
}
