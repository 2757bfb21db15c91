/**
 * What containers, and containers in containers, need of the kernel, each counted per user over all of them. Source: LXD's
 * doc/reference/server_settings.md; Debian's own 128 inotify instances last for about five machines.
 */
export const kernelSettings: readonly (readonly [key: string, least: number])[] = [
  ['fs.inotify.max_user_instances', 1024],
  ['fs.inotify.max_user_watches', 131_072],
  ['kernel.keys.maxkeys', 2000],
];
