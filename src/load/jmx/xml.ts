import { SaxesParser } from 'saxes';
import type { PlanSource } from './source.ts';

/** One tag of an XML document. */
export interface XmlNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlNode[];
  /** Between its tags, as it stands there; of no meaning where it has children. */
  text: string;
  /** Where it begins, 1-based. */
  readonly line: number;
  readonly column: number;
}

/** A plan is nobody's to trust: real ones have some thousand tags and are some 20 levels deep. */
const mostTags = 1_000_000;
const deepest = 200;

/** The root of the document. Entities other than XML's own five and the numeric ones are errors, as is a DTD. Throws RelevoError. */
export function parseXml(source: PlanSource): XmlNode {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: XmlNode[] = [];
  let root: XmlNode | undefined;
  let tags = 0;
  const refuse = (message: string, hint?: string): never =>
    source.refuse({ line: parser.line, column: Math.max(1, parser.column), message, hint });

  parser.on('error', (error) => {
    throw source.unfinished(open.at(-1), parser.line) ?? refuse(plain(error.message));
  });
  parser.on('doctype', () => refuse('a plan has no DTD', 'delete the line that begins with `<!DOCTYPE`'));
  parser.on('opentag', ({ name, attributes }) => {
    if (++tags > mostTags) refuse(`the plan has more than ${mostTags} tags`);
    if (open.length >= deepest) refuse(`the plan is nested more than ${deepest} levels deep`);
    const { line, column } = begun;
    const node: XmlNode = { tag: name, attributes, children: [], text: '', line, column };
    open.at(-1)?.children.push(node);
    root ??= node;
    open.push(node);
  });
  let begun = { line: 1, column: 1 };
  parser.on('opentagstart', ({ name }) => {
    // The character after the name is read by now; where it was a line break, the next line has begun.
    const broken = parser.column === 0;
    begun = {
      line: parser.line - (broken ? 1 : 0),
      column: broken ? 1 : Math.max(1, parser.column - [...name].length - 1),
    };
  });
  const append = (text: string) => {
    const node = open.at(-1);
    if (node !== undefined) node.text += text;
  };
  parser.on('text', append);
  parser.on('cdata', append);
  parser.on('closetag', () => {
    open.pop();
  });
  parser.write(source.text);
  source.ended = true;
  parser.close();
  return root ?? refuse('there is no plan in this file');
}

/** Saxes puts the place in front of its sentences, and a full stop behind them. */
function plain(message: string): string {
  return `this is not well-formed XML: ${message.replace(/^\d+:\d+: /, '').replace(/\.$/, '')}`;
}
