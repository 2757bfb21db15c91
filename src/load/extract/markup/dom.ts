import type { Document, Element } from '@xmldom/xmldom';
import { SaxesParser } from 'saxes';
import { RelevoError } from '../../../domain/failure.ts';
import { htmlparser2, xmldom } from '../../libraries.ts';
import { bounded, readingPatience } from '../../text/bounded.ts';

/*
 * Documents for XPath. XML comes through saxes, which insists on well-formedness and expands no entities but the five of XML;
 * HTML, and whatever is to be tolerated, through htmlparser2. Both build xmldom's documents, which the XPath library looks at.
 */

/** Elements inside one another. No document has so many, and what the parsers do for each grows with it; browsers stop at 512. */
const deepest = 500;

/** `namespaces`: names with a prefix belong to one. Without, as in JMeter's default, the prefix is a part of the name. */
export function parseXml(text: string, namespaces: boolean): Document {
  const building = new Building();
  const parser = new SaxesParser({ xmlns: namespaces });
  parser.on('error', (error) => {
    throw notWellFormed(error.message);
  });
  parser.on('opentag', ({ name, attributes, uri }) => {
    if (building.depth >= deepest) throw tooDeep();
    building.open(name, namespaces ? uri : undefined);
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === 'string') building.attribute(key, value);
      else building.attribute(key, value.value, value.uri);
    }
  });
  parser.on('closetag', () => building.close());
  parser.on('text', (data) => building.text(data));
  parser.on('cdata', (data) => building.cdata(data));
  parser.on('comment', (data) => building.comment(data));
  parser.write(text).close();
  return building.document;
}

/** Well-formed, as an assertion asks for; without a document type, as JMeter has it since 5.5. */
export function checkXml(text: string): void {
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw notWellFormed(error.message);
  });
  let depth = 0;
  parser.on('opentagstart', () => {
    depth += 1;
    if (depth > deepest) throw tooDeep();
  });
  parser.on('closetag', () => {
    depth -= 1;
  });
  parser.on('doctype', () => {
    throw notWellFormed(
      'DOCTYPE is disallowed when the feature "http://apache.org/xml/features/disallow-doctype-decl" set to true.',
    );
  });
  parser.write(text).close();
}

function tooDeep(): RelevoError {
  return new RelevoError({ code: 'failed', message: `Elements are nested more than ${deepest} deep.` });
}

function notWellFormed(message: string): RelevoError {
  return new RelevoError({ code: 'failed', message });
}

/** XML with faults, taken as it comes. */
export function parseLeniently(text: string): Document {
  return bounded('Reading the XML', () => lenient(text), readingPatience);
}

function lenient(text: string): Document {
  const building = new Building();
  const parser = new (htmlparser2().Parser)(
    {
      onopentag: (name, attributes) => building.element(name, attributes),
      ontext: (data) => building.text(data),
      onclosetag: () => building.close(),
    },
    { xmlMode: true },
  );
  parser.end(text);
  return building.document;
}

const preserved = new Set(['pre', 'textarea', 'script', 'style']);
const inHead = new Set(['title', 'meta', 'link', 'base', 'script', 'style']);
const inline = new Set(
  'a abbr acronym b bdo big br button cite code dfn em font i img input kbd label map object q s samp select small span strike strong sub sup textarea tt u var'.split(
    ' ',
  ),
);

/** HTML as JTidy makes it, in the main: `html` with `head` and `body`, names in lower case, white space made one space. */
export function parseHtmlDom(text: string): Document {
  return bounded('Reading the HTML', () => htmlDom(text), readingPatience);
}

function htmlDom(text: string): Document {
  const building = new Building();
  building.element('html', {});
  let section: 'none' | 'head' | 'body' = 'none';
  const enter = (wanted: 'head' | 'body') => {
    if (section === wanted || section === 'body') return;
    if (section === 'head') building.close();
    building.element(wanted, {});
    section = wanted;
  };
  const structure = new Set(['html', 'head', 'body']);
  const parser = new (htmlparser2().Parser)({
    onopentag: (name, attributes) => {
      if (structure.has(name)) {
        if (name !== 'html') enter(name as 'head' | 'body');
        for (const [key, value] of Object.entries(attributes)) building.attribute(key, value);
        return;
      }
      enter(inHead.has(name) && section !== 'body' ? 'head' : 'body');
      building.element(name, attributes);
    },
    ontext: (data) => {
      if (section !== 'head' || building.depth > 2) {
        if (section === 'none' && data.trim() === '') return;
        if (section === 'none') enter('body');
        building.text(preserved.has(building.name) ? data : collapsed(building, data));
      } else if (data.trim() !== '') {
        enter('body');
        building.text(collapsed(building, data));
      }
    },
    onclosetag: (name) => {
      if (structure.has(name)) return;
      if (!inline.has(name)) building.trimEnd();
      building.close();
    },
  });
  parser.end(text);
  return building.document;
}

function collapsed(building: Building, data: string): string {
  const normal = data.replace(/[ \t\n\f\r]+/g, ' ');
  return building.takesNoSpace ? normal.trimStart() : normal;
}

/** Names that DOM takes. */
const named = /^[A-Za-z_\u00c0-\uffef][\w.:\-\u00c0-\uffef]*$/;

/** A document in the making. */
class Building {
  readonly document: Document = new (xmldom().DOMImplementation)().createDocument(null, '');
  readonly #open: (Element | undefined)[] = [];
  #current: Element | undefined;

  get depth(): number {
    return this.#open.length;
  }

  get name(): string {
    return this.#current?.nodeName ?? '';
  }

  /** At the beginning, after a block and after a space. */
  get takesNoSpace(): boolean {
    const last = this.#current?.lastChild ?? null;
    if (last === null) return true;
    return last.nodeType === 1 ? !inline.has(last.nodeName) : (last.nodeValue ?? '').endsWith(' ');
  }

  open(name: string, uri?: string): void {
    const element = this.#make(name, uri);
    if (element !== undefined) {
      if (this.#current !== undefined) this.#current.appendChild(element);
      else if (this.document.documentElement === null) this.document.appendChild(element);
    }
    this.#open.push(this.#current);
    // What is nested more deeply comes beside one another, as in browsers.
    if (element !== undefined && this.depth <= deepest) this.#current = element;
  }

  #make(name: string, uri: string | undefined): Element | undefined {
    if (!named.test(name) || name.split(':').length > 2) return undefined;
    return uri === undefined ? this.document.createElement(name) : this.document.createElementNS(uri || null, name);
  }

  element(name: string, attributes: Readonly<Record<string, string>>): void {
    this.open(name);
    for (const [key, value] of Object.entries(attributes)) this.attribute(key, value);
  }

  attribute(name: string, value: string, uri = ''): void {
    if (!named.test(name) || this.#current?.hasAttribute(name) !== false) return;
    if (uri === '') this.#current.setAttribute(name, value);
    else this.#current.setAttributeNS(uri, name, value);
  }

  text(data: string): void {
    if (data === '' || this.#current === undefined) return;
    const last = this.#current.lastChild;
    // Parsers give a text in pieces, at entities.
    if (last?.nodeType === 3) last.nodeValue = `${last.nodeValue ?? ''}${data}`;
    else this.#current.appendChild(this.document.createTextNode(data));
  }

  cdata(data: string): void {
    this.#current?.appendChild(this.document.createCDATASection(data));
  }

  comment(data: string): void {
    this.#current?.appendChild(this.document.createComment(data));
  }

  trimEnd(): void {
    const last = this.#current?.lastChild;
    if (last?.nodeType !== 3 || preserved.has(this.name)) return;
    const trimmed = (last.nodeValue ?? '').trimEnd();
    if (trimmed === '') this.#current?.removeChild(last);
    else last.nodeValue = trimmed;
  }

  close(): void {
    this.#current = this.#open.pop();
  }
}
