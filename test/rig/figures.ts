import { appendFileSync } from 'node:fs';

/** Prints a measured figure, and adds it to the file that RELEVO_FIGURES names, if it does: for the tables of docs/haproxy.md. */
export function figure(text: string): void {
  console.info(text);
  const file = process.env['RELEVO_FIGURES'];
  if (file !== undefined) appendFileSync(file, `${text}\n`);
}
