import type { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { RelevoError } from '../../domain/failure.ts';
import type { ExecOptions } from '../../ports/lxd.ts';

/** Where one stream of a command goes; `take` resolves when more may come. */
export interface Sink {
  take(piece: Buffer): Promise<void> | undefined;
  /** At the end: what was collected. */
  end(): string;
}

const most = 64 * 1024 ** 2;

export function sinkOf(stream: 'stdout' | 'stderr', { output, onLine }: ExecOptions): Sink {
  if (output !== undefined) return handedOn(output[stream]);
  if (onLine !== undefined) return byLine((line) => onLine(line, stream));
  return collected();
}

function handedOn(to: Writable): Sink {
  return {
    take: (piece) => (to.write(piece) ? undefined : new Promise((resolve) => to.once('drain', resolve))),
    end: () => '',
  };
}

function byLine(onLine: (line: string) => void): Sink {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const cut = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
  return {
    take: (piece) => void cut(decoder.write(piece)),
    end() {
      cut(decoder.end());
      if (rest !== '') onLine(rest);
      return '';
    },
  };
}

function collected(): Sink {
  const pieces: Buffer[] = [];
  let size = 0;
  return {
    take(piece) {
      size += piece.length;
      if (size > most) throw new RelevoError({ code: 'failed', message: 'the output is longer than 64 MiB' });
      pieces.push(piece);
      return undefined;
    },
    end: () => Buffer.concat(pieces).toString('utf8'),
  };
}
