/** What the usual errors of the file system mean, in words. */
export function whyUnreadable({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EISDIR') return 'this is a directory, not a file';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'ENOTDIR') return 'a part of this path is a file, not a directory';
  return message;
}
