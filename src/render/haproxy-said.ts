/**
 * What `haproxy -c` says, with the lines that it means: a user knows the lines, not their numbers.
 * `text`: the configuration. Notices and what follows from the errors before are left out.
 */
export function complaintLines(said: string, text: string): string[] {
  const lines = text.split('\n');
  const told = said.split('\n').filter((line) => /^\[(ALERT|WARNING)\]/.test(line) && !aftermath.test(line));
  const quoted = told.flatMap((line) => {
    const meant = lines[Number(/\[[^\]\s]+:(\d+)\]/.exec(line)?.[1] ?? 0) - 1]?.trim();
    return [line.replace(/^(\[\w+\])\s*\(\d+\)\s*:\s*/, '$1 '), ...(meant ? [`  the line: ${meant}`] : [])];
  });
  return quoted.length > 0 ? quoted : said.trim().split('\n');
}

const aftermath = /(Error\(s\) found in configuration file|Fatal errors found in configuration|server state file)/;

/** The same configuration for who has none of the files that it refers to, and asks about everything else. */
export function withoutFiles(text: string): string {
  return text
    .replace(/ ssl crt .*$/gm, '')
    .replace(/^ +errorfiles? .*$/gm, '')
    .replace(/^ +(server-state-file|load-server-state-from-file) .*$/gm, '');
}
