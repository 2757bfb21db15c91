import type { Dialect } from '../domain/dialect.ts';
import { deb } from '../render/dialect.ts';
import type { Context } from './context.ts';

/** Of the machines' LXD. */
export async function dialectOf({ provider }: Pick<Context, 'provider'>): Promise<Dialect> {
  return (await provider.dialect?.()) ?? deb;
}
