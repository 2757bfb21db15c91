/**
 * LXD's word for what a member is: `Online`, `Offline`, `Evacuated`, `Blocked`; upper case in what Relevo shows. Two questions,
 * since the others lie between them: a member that was evacuated lives. Source: LXD's API, `/1.0/cluster/members`.
 */
export function isOnline(word: string | undefined): boolean {
  return word?.toLowerCase() === 'online';
}

/** The others have heard nothing of it for 20 s. */
export function isOffline(word: string | undefined): boolean {
  return word?.toLowerCase() === 'offline';
}
