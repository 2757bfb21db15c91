import { setTimeout as sleep } from 'node:timers/promises';
import { RelevoError } from '../../domain/failure.ts';
import type { CopySource } from '../../ports/lxd.ts';
import { apiError, type Operation, parse } from './answers.ts';
import { type Api, withQuery } from './api.ts';
import { bodyText } from './transport.ts';

/** Milliseconds. */
const longest = 1_800_000;
const lookEvery = 500;

/** Resolves to the fingerprint. LXD itself waits without an end for a server that says nothing more. */
export async function copyFromServer(api: Api, { server, alias, certificate, stall }: CopySource): Promise<string> {
  const source = { type: 'image', mode: 'pull', protocol: 'simplestreams', server, alias };
  const request = { method: 'POST', path: withQuery('/1.0/images', {}, api.project) };
  const body = { source: { ...source, ...(certificate && { certificate }) } };
  const { type, error, error_code, metadata } = parse(await bodyText(await api.raw({ ...request, body })), request);
  if (type === 'error') throw apiError(error_code, error, request);
  const operation = metadata as Operation;
  const ended = new AbortController();
  try {
    const finished = api.operations.wait(operation, longest, ended.signal);
    const done = await Promise.race([finished, untilItStalls(api, operation.id, stall, ended.signal)]);
    if (done instanceof RelevoError) {
      await cancel(api, operation.id); // only now: a cancelled copy has ended too, and for no reason of its own
      throw done;
    }
    if (done.status_code >= 400) throw apiError(done.status_code, done.err, request);
    return (done.metadata as { fingerprint: string }).fingerprint;
  } finally {
    ended.abort();
  }
}

/** Where that fails, what stalled is told all the same: before the download LXD can't cancel, and forgets it when the server goes. */
async function cancel(api: Api, id: string): Promise<void> {
  await api.call('DELETE', `/1.0/operations/${id}`).catch(() => {});
}

/** Resolves to the failure, once the progress that LXD tells of has not changed for so many seconds. */
async function untilItStalls(api: Api, id: string, stall: number, signal: AbortSignal): Promise<RelevoError> {
  let [said, since] = ['', performance.now()];
  while (performance.now() - since < stall * 1000) {
    await sleep(lookEvery, undefined, { signal });
    const operation = await api.find<Operation>(`/1.0/operations/${id}`);
    const progress = String(operation?.metadata?.['download_progress'] ?? '');
    if (progress !== said) [said, since] = [progress, performance.now()];
  }
  return new RelevoError({
    code: 'unreachable',
    message: `nothing has come for ${stall} s${said && ` after "${said}"`}`,
  });
}
