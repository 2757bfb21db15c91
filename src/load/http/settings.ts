import type { Scope } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { type Bean, beanOf, type Element, isBean, itemsOf, textOf } from '../jmx/element.ts';
import type { Text } from '../text/template.ts';

/** Forms of `ConfigTestElement` whose properties JMeter merges into HTTP requests. */
const defaultsForms = new Set(['HttpDefaultsGui', 'SimpleConfigGui']);

const isDefaults = ({ kind, form }: Element) => kind === 'ConfigTestElement' && defaultsForms.has(form);

export interface Argument {
  readonly name: Text;
  readonly value: Text;
  /** What stands between name and value: `=`, or nothing. */
  readonly between: Text;
  readonly encode: Text;
  readonly contentType: Text;
}

export interface FileArgument {
  readonly path: Text;
  readonly name: Text;
  readonly type: Text;
}

const properties = {
  domain: ['HTTPSampler.domain', ''],
  port: ['HTTPSampler.port', ''],
  protocol: ['HTTPSampler.protocol', 'http'],
  path: ['HTTPSampler.path', ''],
  method: ['HTTPSampler.method', 'GET'],
  encoding: ['HTTPSampler.contentEncoding', 'UTF-8'],
  connectTimeout: ['HTTPSampler.connect_timeout', ''],
  responseTimeout: ['HTTPSampler.response_timeout', ''],
  follow: ['HTTPSampler.follow_redirects', 'false'],
  auto: ['HTTPSampler.auto_redirects', 'false'],
  keepAlive: ['HTTPSampler.use_keepalive', 'false'],
  multipart: ['HTTPSampler.DO_MULTIPART_POST', 'false'],
  browserMultipart: ['HTTPSampler.BROWSER_COMPATIBLE_MULTIPART', 'false'],
  raw: ['HTTPSampler.postBodyRaw', 'false'],
  embedded: ['HTTPSampler.image_parser', 'false'],
  concurrent: ['HTTPSampler.concurrentDwn', 'false'],
  pool: ['HTTPSampler.concurrentPool', '6'],
  allow: ['HTTPSampler.embedded_url_re', ''],
  exclude: ['HTTPSampler.embedded_url_exclude_re', ''],
  md5: ['HTTPSampler.md5', 'false'],
  source: ['HTTPSampler.ipSource', ''],
  sourceType: ['HTTPSampler.ipSourceType', '0'],
} as const;

type Name = keyof typeof properties;

/** What an HTTP request says of itself at one moment, evaluated. */
export type Values = { readonly [K in Name]: string } & {
  readonly arguments: readonly ArgumentValues[];
  readonly files: readonly FileValues[];
};

export interface ArgumentValues {
  readonly name: string;
  readonly value: string;
  readonly between: string;
  readonly encode: boolean;
  readonly contentType: string;
}

export interface FileValues {
  readonly path: string;
  readonly name: string;
  readonly type: string;
}

/** Java's `Boolean.parseBoolean`. */
export const isTrue = (text: string) => text === 'true' || (text.length === 4 && text.toLowerCase() === 'true');

/** Milliseconds and counts; 0 where it is blank or no number, as JMeter reads it. */
export function wholeNumber(text: string, otherwise = 0): number {
  return text !== '' && /^\s*[+-]?\d{1,9}\s*$/.test(text) ? Number(text) : otherwise;
}

/**
 * The properties of a request, with those of the defaults around it: the innermost that is there and not empty counts;
 * parameters and files of all of them are put together.
 */
export class Settings {
  readonly #texts: readonly (readonly [Name, Text])[];
  readonly #arguments: readonly Argument[];
  readonly #files: readonly FileArgument[];
  readonly #constant: Values | undefined;

  constructor(sampler: Element, scope: Scope) {
    const all = [sampler, ...scope.configs.filter(isDefaults)];
    this.#texts = (Object.keys(properties) as Name[]).map((name) => {
      const [property, otherwise] = properties[name];
      return [name, scope.template(rawOf(all, property) ?? otherwise)] as const;
    });
    this.#arguments = all.flatMap((each) => argumentsOf(each, scope));
    this.#files = all.flatMap((each) => filesOf(each, scope));
    if (this.#allTexts().every(({ constant }) => constant !== undefined)) this.#constant = this.#evaluate(undefined);
  }

  /** The same object again where nothing of it depends on the user or the moment. */
  of(user: User): Values {
    return this.#constant ?? this.#evaluate(user);
  }

  get isConstant(): boolean {
    return this.#constant !== undefined;
  }

  #allTexts(): Text[] {
    const arguments_ = this.#arguments.flatMap(({ name, value, between, encode, contentType }) => [
      ...[name, value, between, encode, contentType],
    ]);
    const files = this.#files.flatMap(({ path, name, type }) => [path, name, type]);
    return [...this.#texts.map(([, text]) => text), ...arguments_, ...files];
  }

  #evaluate(user: User | undefined): Values {
    const of = (text: Text) => text.constant ?? text.of(user as User);
    const texts = Object.fromEntries(this.#texts.map(([name, text]) => [name, of(text)])) as { [K in Name]: string };
    return {
      ...texts,
      protocol: texts.protocol === '' ? 'http' : texts.protocol,
      encoding: texts.encoding === '' ? 'UTF-8' : texts.encoding,
      arguments: this.#arguments.map((each) => ({
        name: of(each.name),
        value: of(each.value),
        between: of(each.between),
        encode: isTrue(of(each.encode)),
        contentType: of(each.contentType),
      })),
      files: this.#files
        .map(({ path, name, type }) => ({ path: of(path), name: of(name), type: of(type) }))
        .filter(({ path, name, type }) => path !== '' || name !== '' || type !== ''),
    };
  }
}

/** The text of the innermost element that has one which is not empty. */
function rawOf(elements: readonly Element[], property: string): string | undefined {
  const found = elements.map((each) => textOf(each, property)).find((text) => text !== '');
  return found;
}

function argumentsOf(element: Element, scope: Scope): Argument[] {
  const bean = beanOf(element, 'HTTPsampler.Arguments');
  if (bean === undefined) return [];
  return beansOf(bean, 'Arguments.arguments').map((each) => {
    const isPlain = each.kind === 'Argument';
    return {
      name: scope.template(textOf(each, 'Argument.name')),
      value: scope.template(textOf(each, 'Argument.value')),
      between: scope.template(textOf(each, 'Argument.metadata')),
      encode: scope.template(isPlain ? 'true' : textOf(each, 'HTTPArgument.always_encode', 'false')),
      contentType: scope.template(textOf(each, 'HTTPArgument.content_type') || 'text/plain'),
    };
  });
}

/** The files that a request names; those with a placeholder in it are none yet. */
export function filePaths(element: Element): string[] {
  return fileTexts(element).map(({ path }) => path);
}

function filesOf(element: Element, scope: Scope): FileArgument[] {
  return fileTexts(element).map((each) => ({
    path: scope.template(each.path),
    name: scope.template(each.name),
    type: scope.template(each.type),
  }));
}

function fileTexts(element: Element): { path: string; name: string; type: string }[] {
  const old = [textOf(element, 'HTTPSampler.FILE_NAME'), textOf(element, 'HTTPSampler.FILE_FIELD')];
  const [path = '', name = ''] = old;
  const type = textOf(element, 'HTTPSampler.mimetype');
  const oldStyle = path + name + type === '' ? [] : [{ path, name, type }];
  const bean = beanOf(element, 'HTTPsampler.Files');
  const beans = bean === undefined ? [] : beansOf(bean, 'HTTPFileArgs.files');
  const listed = beans.map((each) => ({
    path: textOf(each, 'File.path'),
    name: textOf(each, 'File.paramname'),
    type: textOf(each, 'File.mimetype'),
  }));
  return [...oldStyle, ...listed];
}

/** The members of a collection that are elements themselves. */
export const beansOf = (owner: Pick<Bean, 'properties'>, property: string): Bean[] =>
  namedBeansOf(owner, property).map(({ bean }) => bean);

export function namedBeansOf(owner: Pick<Bean, 'properties'>, property: string): { name: string; bean: Bean }[] {
  return itemsOf(owner, property).flatMap(({ name, value }) =>
    typeof value !== 'string' && isBean(value) ? [{ name, bean: value }] : [],
  );
}
