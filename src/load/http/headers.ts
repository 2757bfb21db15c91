import type { Scope } from '../engine/support.ts';
import type { User } from '../engine/user.ts';
import { type Element, textOf } from '../jmx/element.ts';
import type { Text } from '../text/template.ts';
import { Manager } from './manager.ts';
import { beansOf } from './settings.ts';

export type Header = readonly [name: string, value: string];

/** HTTP Header Manager. */
export class HeaderManager extends Manager {
  readonly headers: readonly { readonly name: Text; readonly value: Text }[];

  constructor(element: Element, scope: Scope) {
    super();
    this.headers = beansOf(element, 'HeaderManager.headers').map((each) => ({
      name: scope.template(textOf(each, 'Header.name')),
      value: scope.template(textOf(each, 'Header.value')),
    }));
  }
}

/** Headers of all managers that reach a request: of a name, the innermost manager's count. */
export class Headers {
  readonly #managers: readonly HeaderManager[];
  readonly #constant: readonly Header[] | undefined;

  /** Innermost first. */
  constructor(managers: readonly HeaderManager[]) {
    this.#managers = managers;
    const texts = managers.flatMap(({ headers }) => headers.flatMap(({ name, value }) => [name, value]));
    if (texts.every(({ constant }) => constant !== undefined))
      this.#constant = this.#merge((text) => text.constant ?? '');
  }

  get isConstant(): boolean {
    return this.#constant !== undefined;
  }

  of(user: User): readonly Header[] {
    return this.#constant ?? this.#merge((text) => text.constant ?? text.of(user));
  }

  #merge(of: (text: Text) => string): Header[] {
    const [inner, ...outer] = this.#managers;
    const merged = inner?.headers.map(({ name, value }): Header => [of(name), of(value)]) ?? [];
    for (const { headers } of outer) {
      for (const each of headers) {
        const name = of(each.name);
        if (!merged.some(([had]) => had.toLowerCase() === name.toLowerCase())) merged.push([name, of(each.value)]);
      }
    }
    return merged;
  }
}

/** What can stand in a header line: each character is a byte, and none ends the line. */
export function headerText(text: string): string {
  if (/^[\t\x20-\x7e]*$/.test(text)) return text;
  return text.replace(/[\r\n\f\v]/g, ' ').replace(/[^\t\x20-\x7e\xa0-\xff]/gu, '?');
}
