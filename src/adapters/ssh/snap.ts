/** The LXD snap that is on a host. */
export interface SnapSight {
  /** `5.0.3-babaec9`. */
  readonly version: string;
  readonly revision: string;
  /** `5.0/stable`, from where it is refreshed. */
  readonly channel: string;
  /** It is not refreshed by itself. */
  readonly held: boolean;
}

/** What the store has in a channel. */
export interface StoreSnap {
  readonly channel: string;
  readonly version: string;
  readonly revision: string;
}

export const listSnap = `echo "snap $(timeout 10 snap list lxd 2>/dev/null | awk 'NR == 2 { print $2, $3, $4, $NF }')"`;

/** Asks the store, over the host's network. */
export const askStore = `timeout 20 snap info lxd 2>/dev/null | sed -n 's|^ *\\([^ ]*/stable\\): *\\([^ ]*\\) .*(\\([0-9]*\\)).*|store \\1 \\2 \\3|p'`;

/** What these print. Source: snapd's cmd/snap, cmd_list.go, cmd_info.go, notes.go. */
export function snapsIn(lines: readonly (readonly [key: string, value: string])[]) {
  const words = (key: string) => lines.filter(([each]) => each === key).map(([, value]) => value.split(' '));
  const [[version = '', revision = '', tracking = '', notes = ''] = []] = words('snap');
  const [track = '', risk = ''] = tracking.split('/'); // a third part is an image's own branch of it
  const there: SnapSight = { version, revision, channel: `${track}/${risk}`, held: notes.split(',').includes('held') };
  const store = words('store').map(
    ([channel = '', version = '', revision = '']): StoreSnap => ({ channel, version, revision }),
  );
  return { store, ...(version !== '' && { snap: there }) };
}
