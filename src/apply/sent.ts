import type { Sent } from '../ports/lxd.ts';
import type { OnLine } from './context.ts';

const mebibyte = 1024 ** 2;

/** Says how far an upload is, each time that a tenth more is through: over a slow line it takes its time. */
export function sentLines(onLine: OnLine): Sent {
  let said = 0;
  return (sent, total) => {
    const tenth = Math.floor((10 * sent) / total);
    if (tenth <= said) return;
    said = tenth;
    onLine(`uploading: ${Math.round(sent / mebibyte)} of ${Math.round(total / mebibyte)} MiB`);
  };
}
