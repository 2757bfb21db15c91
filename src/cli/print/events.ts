import type { Event, Notice } from '../../domain/event.ts';
import { titleOf } from './steps.ts';
import type { Paint, Style } from './style.ts';
import { clean, pad, seconds } from './text.ts';
import { noteText, noticeText } from './words.ts';

/** `12:04:31 balancer-1  restart web-2 on virtualMachine3: it runs and is DOWN (1.9s)`. */
export function eventLine(by: string, event: Event, style: Style): string {
  const time = event.at.slice(0, 19).replace('T', ' ');
  const { symbol, text } = words(event, style);
  return `${style.dim(time)} ${style.cyan(pad(by, 10))} ${symbol} ${clean(text)}`;
}

function words(event: Event, style: Style): { symbol: string; text: string } {
  switch (event.type) {
    case 'step-succeeded':
    case 'step-failed': {
      const { machine, reason, seconds: took } = event;
      const where = machine === undefined ? '' : ` on ${machine}`;
      const why = event.type === 'step-failed' ? `: ${event.failure.message}` : `: ${reason ?? ''}`;
      const symbol = event.type === 'step-failed' ? style.red('✗') : style.green('✓');
      return { symbol, text: `${titleOf(event)}${where}${why} (${seconds(took)})` };
    }
    case 'noticed':
      return { symbol: paints(style)[event.what]('•'), text: `${labels[event.what]}${noticeText(event)}` };
    case 'note':
      return { symbol: style.yellow('!'), text: noteText(event) };
    default:
      return { symbol: '•', text: event.type };
  }
}

const labels: Readonly<Record<Notice['what'], string>> = {
  ...{ leads: '', follows: '', lost: 'lost: ', back: 'back: ' },
  ...{
    promoted: 'promoted ',
    demoted: 'stepped back ',
    cut: '',
    brake: 'circuit breaker: ',
    blind: '',
    bug: 'a bug: ',
  },
};

function paints(style: Style): Readonly<Record<Notice['what'], Paint>> {
  return {
    ...{ leads: style.cyan, follows: style.dim, promoted: style.green, demoted: style.green, cut: style.yellow },
    ...{ lost: style.red, back: style.green, brake: style.yellow, blind: style.yellow, bug: style.red },
  };
}
