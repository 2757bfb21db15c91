const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Milliseconds since 1970 of an `Expires`, read as RFC 6265 says (5.1.1): whatever looks like a time, a day, a month and a year
 * counts, in any order. Undefined where one of them is missing or out of range. (The package for cookies takes 15 MB of memory.)
 */
export function cookieDate(text: string): number | undefined {
  let time: RegExpExecArray | undefined;
  let day: number | undefined;
  let month: number | undefined;
  let year: number | undefined;
  for (const token of text.slice(0, 200).split(/[\t -/;-@[-`{-~]+/)) {
    const clock = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)/.exec(token);
    const twoDigits = /^(\d{1,2})(?:\D|$)/.exec(token)?.[1];
    const index = months.indexOf(token.slice(0, 3).toLowerCase());
    const fourDigits = /^(\d{2,4})(?:\D|$)/.exec(token)?.[1];
    if (time === undefined && clock !== null) time = clock;
    else if (day === undefined && twoDigits !== undefined) day = Number(twoDigits);
    else if (month === undefined && index >= 0) month = index;
    else if (year === undefined && fourDigits !== undefined) year = fullYear(Number(fourDigits));
  }
  if (time === undefined || day === undefined || month === undefined || year === undefined) return undefined;
  const [hour = 0, minute = 0, second = 0] = time.slice(1).map(Number);
  if (day < 1 || day > 31 || year < 1601 || hour > 23 || minute > 59 || second > 59) return undefined;
  return Date.UTC(year, month, day, hour, minute, second);
}

function fullYear(year: number): number {
  if (year >= 70 && year <= 99) return year + 1900;
  return year < 70 ? year + 2000 : year;
}
