import { cssSelect, htmlparser2 } from '../../libraries.ts';
import type { Response } from '../../sample.ts';
import { bounded, readingPatience } from '../../text/bounded.ts';
import { Refused } from '../../text/function.ts';
import { remembered } from '../../text/remembered.ts';

export type Document = ReturnType<typeof import('htmlparser2').parseDocument>;
type AnyNode = Document['children'][number];
type Element = Extract<AnyNode, { readonly attribs: unknown }>;

/** CSS selectors as jsoup has them, as far as css-select knows them. */
export interface Selector {
  /** The text of each element that is selected, or its attribute; at most so many. */
  values(document: Document, attribute: string, most: number): string[];
}

/** Throws Refused where it is not understood. */
export const compileSelector: (text: string) => Selector = remembered(compile);

function compile(text: string): Selector {
  const css = translated(text);
  const { selectAll } = cssSelect();
  try {
    // It is compiled once; the second use is only for its errors, which come when it is made.
    selectAll(css, parseHtml('<p></p>'));
  } catch (error) {
    throw new Refused(`the selector ${text}: ${(error as Error).message}`, 'nothing would be found');
  }
  return {
    values: (document, attribute, most) =>
      bounded(`The selector ${text}`, () => {
        const found = selectAll<AnyNode, Element>(css, document).slice(0, most);
        if (attribute.trim() === '') return found.map(textOf);
        return found.map((element) => element.attribs[attribute.trim().toLowerCase()] ?? '');
      }),
  };
}

/** jsoup's own pseudo-classes, outside of texts. */
function translated(text: string): string {
  if (text.length > 2000) throw new Refused('a selector of more than 2000 characters');
  const strange =
    /:(?:matches\w*|containsOwn|containsData|containsWholeText\w*)\(|\[\s*\^|~=\s*["']?[\w-]*[^\]"'\w\s-]/.exec(text);
  if (strange !== null) throw new Refused(`"${strange[0]}" in the selector ${text}`, 'nothing would be found');
  return text
    .replace(/:contains\(/g, ':icontains(')
    .replace(/:eq\((\d{1,6})\)/g, (_, index) => `:nth-child(${Number(index) + 1})`)
    .replace(/:lt\((\d{1,6})\)/g, (_, index) => `:nth-child(-n+${Number(index)})`)
    .replace(/:gt\((\d{1,6})\)/g, (_, index) => `:nth-child(n+${Number(index) + 2})`);
}

const documents = new WeakMap<Response, Document>();

export function parseHtml(text: string): Document {
  return bounded('Reading the HTML', () => htmlparser2().parseDocument(text), readingPatience);
}

/** Of an answer; several extractors look at the same one. */
export function htmlOf(response: Response): Document {
  let document = documents.get(response);
  if (document === undefined) {
    document = parseHtml(response.text());
    documents.set(response, document);
  }
  return document;
}

const blocks = new Set(
  'html head body frameset style meta link title frame noframes section nav aside hgroup header footer p h1 h2 h3 h4 h5 h6 ul ol pre div blockquote hr address figure figcaption form fieldset ins del dl dt dd li table caption thead tfoot tbody colgroup col tr th td video audio canvas details menu plaintext template article main svg math center dir applet marquee listing noscript br'.split(
    ' ',
  ),
);

/** As jsoup's Element.text: white space becomes one space, and blocks are apart. */
function textOf(element: Element): string {
  // What is in script and style is no text.
  if (element.type !== 'tag') return '';
  let text = '';
  const apart = () => {
    if (text !== '' && !text.endsWith(' ')) text += ' ';
  };
  // Not by recursion: answers may be nested as deeply as they like.
  const left: (AnyNode | { readonly end: true })[] = [...element.children].reverse();
  for (let node = left.pop(); node !== undefined; node = left.pop()) {
    if ('end' in node) apart();
    else if (node.type === 'text') text = append(text, node.data);
    else if (node.type === 'tag') {
      const isBlock = blocks.has(node.name);
      if (isBlock) {
        apart();
        left.push({ end: true });
      }
      for (let index = node.children.length - 1; index >= 0; index -= 1) left.push(node.children[index] as AnyNode);
    }
  }
  return text.trim();
}

function append(text: string, data: string): string {
  const normal = data.replace(/[ \t\n\f\r]+/g, ' ');
  return text + (text === '' || text.endsWith(' ') ? normal.replace(/^ /, '') : normal);
}
