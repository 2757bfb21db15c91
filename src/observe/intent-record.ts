import { RelevoError } from '../domain/failure.ts';
import { type Intent, noIntent } from '../domain/intent.ts';
import type { LxdAlias } from '../ports/lxd.ts';
import { marksImage } from '../render/marks-image.ts';
import { intentMark } from './marks.ts';

/** What nobody can read is not nothing: a RelevoError. */
export function intentOf(text: string): Intent {
  try {
    const found = JSON.parse(text) as Partial<Intent>;
    if (found.drained?.every((each) => typeof each === 'string')) return { ...noIntent, ...found };
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error;
  }
  throw new RelevoError({
    code: 'failed',
    message: `what people want beyond the file can't be read: somebody changed the image alias ${intentMark}`,
    hint: `delete it on a machine (\`lxc image alias delete ${intentMark} --project NAME\`), and drain again what shall be drained`,
    evidence: { title: intentMark, lines: [text] },
  });
}

export function intentAlias(intent: Intent): LxdAlias {
  return { name: intentMark, target: marksImage.fingerprint, description: JSON.stringify(intent) };
}
