import { createHash } from 'node:crypto';
import { RelevoError } from '../../../src/domain/failure.ts';
import type { LxdAlias, LxdImages } from '../../../src/ports/lxd.ts';
import type { Wire } from './wire.ts';
import { type Alias, found, type Project } from './world.ts';

/** What `If-Match` is compared with; LXD's own hashes the same three values. */
export function etagOf({ name, target, description }: LxdAlias): string {
  return sha256(JSON.stringify([name, target, description]));
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Image files by path, as the cache of a host has them: a fingerprint each. */
export type ImageFiles = Map<string, string>;

/** Aliases go with their image, as by `ON DELETE CASCADE` in LXD's schema. */
export function fakeImages(wire: Wire, project: () => Project, files: ImageFiles) {
  const read = <T>(what: string, effect: () => T) => wire.call({ what, writes: false }, effect);
  const write = <T>(what: string, effect: () => T) => wire.call({ what, writes: true }, effect);
  const { world } = wire;
  const writeAlias = <T>(action: string, name: string, effect: () => T) =>
    write(`${action} alias ${name}`, () => {
      const result = effect();
      if (result !== false) world.changed(project(), `image-alias-${action}`, `/1.0/images/aliases/${name}`);
      return result;
    });
  const list = () =>
    read('images', () =>
      [...project().images.values()].map(({ fingerprint, properties }) => {
        const aliases = [...project().aliases.values()].filter(({ target }) => target === fingerprint);
        return { fingerprint, properties, size: 1, aliases: aliases.map(({ name }) => name) };
      }),
    );
  const add = (fingerprint: string, alias: string) => {
    project().images.set(fingerprint, { fingerprint, properties: {} });
    if (!project().aliases.has(alias))
      project().aliases.set(alias, { name: alias, target: fingerprint, description: '' });
    return fingerprint;
  };
  const images: LxdImages = {
    list,
    getAlias: (name) => read(`alias ${name}`, () => project().aliases.get(name)?.target),
    upload: (image, alias) =>
      write(`upload ${alias}`, () =>
        add(typeof image === 'string' ? found(files.get(image), image) : sha256(image), alias),
      ),
    copyFromServer: (source, alias) => write(`copy ${source.alias}`, () => add(`copy-${source.alias}`, alias)),
    publish: (instance, alias) => write(`publish ${instance}`, () => add(`of-${instance}`, alias)),
    download: (fingerprint, file) => read(`download ${file}`, () => void files.set(file, fingerprint)),
    delete: (fingerprint) =>
      write(`delete image ${fingerprint}`, () => {
        if (!project().images.delete(fingerprint)) found(undefined, fingerprint);
        for (const { name, target } of [...project().aliases.values()])
          if (target === fingerprint) project().aliases.delete(name);
      }),
    aliases: () => read('aliases', () => [...project().aliases.values()].map(copyOf)),
    readAlias: (name) =>
      read(`alias ${name}`, () => {
        const alias = project().aliases.get(name);
        return alias && { ...alias, etag: etagOf(alias) };
      }),
    createAlias: (alias) =>
      writeAlias('created', alias.name, () => {
        found(project().images.get(alias.target), alias.target);
        if (project().aliases.has(alias.name)) return false;
        project().aliases.set(alias.name, { ...alias });
        return true;
      }),
    updateAlias: (alias) => writeAlias('updated', alias.name, () => replace(project(), alias)),
    etagOf,
    swapAlias: (alias, etag) =>
      writeAlias('updated', alias.name, () => {
        const known = project().aliases.get(alias.name);
        return known !== undefined && etagOf(known) === etag && replace(project(), alias);
      }),
    deleteAlias: (name) => writeAlias('deleted', name, () => void project().aliases.delete(name)),
  };
  return images;
}

function copyOf({ name, target, description }: Alias): LxdAlias {
  return { name, target, description };
}

function replace({ aliases, images }: Project, { name, target, description }: LxdAlias): boolean {
  const known = aliases.get(name);
  if (known === undefined) return false;
  if (!images.has(target)) throw new RelevoError({ code: 'not-found', message: `no image ${target} (fake LXD)` });
  Object.assign(known, { target, description });
  return true;
}
