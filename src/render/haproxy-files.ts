import type { ImageFile } from '../domain/desired.ts';
import { Secret } from '../domain/secret.ts';
import type { Assets, BalancerSpec } from '../domain/spec.ts';
import { errorCodes, errorFile, errorResponse } from './haproxy-errors.ts';
import { certificateFile } from './haproxy-tls.ts';

/** Keys of `Assets.secrets` for the certificate and its key, PEM. */
export const tlsCertificateAsset = 'balancer/tls.certificate';
export const tlsKeyAsset = 'balancer/tls.key';

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
    const page = source === undefined ? undefined : assets.files[source];
    const bytes = page !== undefined && 'bytes' in page ? page.bytes : undefined;
    const html = source === undefined ? undefined : new TextDecoder().decode(bytes);
    return { target: errorFile(code), mode: 0o644, content: errorResponse(code, html) };
  });
}

function certificateFiles({ tls }: Pick<BalancerSpec, 'tls'>, { secrets }: Assets): ImageFile[] {
  if (tls === undefined || tls.certificate === 'self-signed') return [];
  const pem = [secrets[tlsCertificateAsset], secrets[tlsKeyAsset]].map((each) => `${each?.reveal().trim() ?? ''}\n`);
  return [{ target: certificateFile, mode: 0o600, content: new Secret(pem.join('')) }];
}
