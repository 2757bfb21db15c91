/** A key of a service in relevo.yaml. Without a value it is a hole: `relevo plan` refuses it until somebody fills it in. */
export interface Entry {
  readonly key: string;
  readonly value?: unknown;
  readonly comment?: string;
}

/** No entry where there is no value. */
export function given(key: string, value: unknown, comment?: string): Entry[] {
  const empty = value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return empty ? [] : [{ key, value, ...(comment !== undefined && { comment }) }];
}
