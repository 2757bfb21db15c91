import { htmlparser2 } from '../libraries.ts';
import { type HttpUrl, resolveUrl } from './url.ts';

type Attributes = Readonly<Record<string, string>>;

/** Media types that JMeter looks through. */
const pages = ['text/html', 'application/xhtml+xml', 'application/xml', 'text/xml', 'text/vnd.wap.wml'];

export const mayLink = (media: string) => media === 'text/css' || pages.includes(media);

/** What a text of such a type shows or imports, in its order. */
export function linksOf(media: string, text: string, from: HttpUrl): HttpUrl[] {
  if (media === 'text/css') return ofCss(text).flatMap((link) => resolveUrl(from, link) ?? []);
  return unique(ofHtml(text, from));
}

/** JMeter asks once for each URL of a page; a style sheet's are asked for as often as they stand there. */
const unique = (urls: readonly HttpUrl[]) => [...new Map(urls.map((url) => [url.text, url])).values()];

/** What a page shows without anybody's doing, as JMeter's own parser has it: scripts are not run. */
function ofHtml(text: string, page: HttpUrl): HttpUrl[] {
  const found: HttpUrl[] = [];
  let from = page;
  const add = (link: string | undefined) => {
    const trimmed = link?.trim().replace(/[\n\r\b\f]+/g, '') ?? '';
    const url = trimmed === '' ? undefined : resolveUrl(from, trimmed);
    if (url !== undefined) found.push(url);
  };
  const parser = new (htmlparser2().Parser)({
    onopentag(name, attributes) {
      if (name === 'base') from = (attributes['href'] ? resolveUrl(from, attributes['href']) : undefined) ?? from;
      else for (const each of attributesOf(name, attributes)) add(each);
      for (const each of styleLinks(attributes['style'] ?? '')) add(each);
    },
  });
  parser.end(text);
  return found;
}

function attributesOf(name: string, attributes: Attributes): (string | undefined)[] {
  switch (name) {
    case 'img':
    case 'script':
    case 'frame':
    case 'iframe':
    case 'embed':
    case 'bgsound':
      return [attributes['src']];
    case 'input':
      return attributes['type']?.toLowerCase() === 'image' ? [attributes['src']] : [];
    case 'link':
      return /^(stylesheet|icon|shortcut icon|preload)$/i.test(attributes['rel'] ?? '') ? [attributes['href']] : [];
    case 'object':
      return [attributes['codebase'], attributes['data']];
    case 'applet':
      return appletOf(attributes);
    default:
      return [attributes['background']];
  }
}

function appletOf({ codebase = '', archive = '', code = '' }: Attributes): string[] {
  if (codebase.trim() === '') return [code];
  return [`${codebase}/${archive.trim() === '' ? code : archive}`];
}

/** JMeter takes from the first `url("` to the last `")` of a style. */
function styleLinks(style: string): string[] {
  const start = /url\(\s{0,20}['"]/i.exec(style);
  if (start === null) return [];
  const from = start.index + start[0].length;
  let to = style.lastIndexOf(')');
  while (to > from && /\s/.test(style[to - 1] ?? '')) to--;
  const quote = style[to - 1];
  return to - 1 >= from && (quote === '"' || quote === "'") ? [style.slice(from, to - 1)] : [];
}

/** Only what a style sheet imports: other URLs are needed where a rule applies. Imports stand before all rules. */
function ofCss(text: string): string[] {
  const links: string[] = [];
  const blank = /(?:\s+|\/\*[\s\S]*?\*\/|<!--|-->)/y;
  const rule =
    /@(import|charset|layer)\s*(?:url\(\s*(?:"([^"]*)"|'([^']*)'|([^)"'\s]*))\s*\)|"([^"]*)"|'([^']*)')?[^;{}]*;/iy;
  for (let at = 0; at < text.length; ) {
    blank.lastIndex = at;
    rule.lastIndex = at;
    if (blank.test(text)) at = blank.lastIndex;
    else {
      const found = rule.exec(text);
      if (found === null) break;
      at = rule.lastIndex;
      const link = found.slice(2).find((each) => each !== undefined);
      if (found[1]?.toLowerCase() === 'import' && link) links.push(link);
    }
  }
  return links;
}
