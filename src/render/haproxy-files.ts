import type { ImageFile } from '../domain/desired.ts';
import { Secret } from '../domain/secret.ts';
import type { Assets, BalancerSpec } from '../domain/spec.ts';
import { errorCodes, errorFile, errorResponse, pageIn } from './haproxy-errors.ts';
import { certificateFileOf, certificateList } from './haproxy-tls.ts';

/** Key of `Assets.secrets` for a certificate, or its key, PEM. `index`: among those of the file. */
export function tlsAsset(index: number, part: 'certificate' | 'key'): string {
  return `balancer/tls.${index}.${part}`;
}

/**
 * Every file that `haproxyConfig` refers to, to be written before HAProxy is asked about its configuration; a reload
 * makes changes take effect. Not in it: a self-signed certificate, which `selfSignedCommand` makes in the balancer.
 */
export function balancerFiles(balancer: Pick<BalancerSpec, 'errors' | 'tls'>, assets: Assets): ImageFile[] {
  return [...errorFiles(balancer, assets), ...certificateFiles(balancer, assets)];
}

function errorFiles({ errors }: Pick<BalancerSpec, 'errors'>, assets: Assets): ImageFile[] {
  return errorCodes.map((code) => {
    const source = errors[code];
    const given = source === undefined ? undefined : assets.files[source];
    const bytes = given !== undefined && 'bytes' in given ? given.bytes : undefined;
    const page = source === undefined ? undefined : pageIn(new TextDecoder().decode(bytes));
    return { target: errorFile(code), mode: 0o644, content: errorResponse(code, page?.html) };
  });
}

function certificateFiles({ tls }: Pick<BalancerSpec, 'tls'>, { secrets }: Assets): ImageFile[] {
  if (tls === undefined || tls.certificates === 'self-signed') return [];
  const pairs = tls.certificates.map((_, index): ImageFile => {
    const parts = [secrets[tlsAsset(index, 'certificate')], secrets[tlsAsset(index, 'key')]];
    const pem = parts.map((each) => `${each?.reveal().trim() ?? ''}\n`).join('');
    return { target: certificateFileOf(index + 1), mode: 0o600, content: new Secret(pem) };
  });
  const more = pairs.slice(1).map(({ target }) => `${target}\n`);
  return more.length === 0 ? pairs : [...pairs, { target: certificateList, mode: 0o644, content: more.join('') }];
}
