const bytesPer = new Map([
  ['B', 1],
  ['kB', 1000],
  ['MB', 1000 ** 2],
  ['GB', 1000 ** 3],
  ['TB', 1000 ** 4],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
  ['TiB', 1024 ** 4],
]);

/** `256MiB` to bytes, with LXD's units; undefined where the text is none. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d{1,9}) ?([A-Za-z]+)$/.exec(text);
  const unit = bytesPer.get(match?.[2] ?? '');
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** `90s`, `1m30s`, `250ms`, `1h` to seconds, as Compose writes durations; undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?(?:(\d{1,6})ms)?$/.exec(text);
  if (match === null || text === '') return undefined;
  const [hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000;
}

/** `200/s` or `12000/min` per second; undefined where the text is none. */
export function parseRate(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)\/(s|min)$/.exec(text);
  return match === null ? undefined : Number(match[1]) / (match[2] === 's' ? 1 : 60);
}

/** `0644` or `0o644` to the number 0o644; undefined where the text is none. */
export function parseMode(text: string): number | undefined {
  const match = /^0?o?([0-7]{3,4})$/.exec(text);
  return match === null ? undefined : Number.parseInt(match[1] ?? '', 8);
}
