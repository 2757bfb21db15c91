import { type Element, type Item, itemsOf, type Property, textOf } from '../../jmx/element.ts';
import type { Text } from '../../text/template.ts';
import { toBoolean } from '../numbers.ts';
import type { Before, Scope, Supported } from '../support.ts';
import type { User } from '../user.ts';

/** Variables by user: a column for each, and again from the first one on. */
export const userParameters: Supported = { role: 'before', title: 'User Parameters', compile };

function compile(element: Element, scope: Scope): Before & { iterate?(user: User): void } {
  const names = itemsOf(element, 'UserParameters.names').map((item) => scope.template(plain(item.value)));
  const columns = itemsOf(element, 'UserParameters.thread_values').map(({ value }) =>
    (Array.isArray(value) ? (value as readonly Item[]) : []).map((item) => scope.template(plain(item.value))),
  );
  const set = (user: User) => assign(user, names, columns[user.number % columns.length] ?? []);
  const each = toBoolean(textOf(element, 'UserParameters.per_iteration'));
  return each ? { run: () => {}, iterate: set } : { run: set };
}

function plain(value: Property): string {
  return typeof value === 'string' ? value : '';
}

function assign(user: User, names: readonly Text[], column: readonly Text[]): void {
  for (const [place, name] of names.entries()) {
    const value = column[place];
    if (value) user.variables.set(name.of(user), value.of(user));
  }
}
